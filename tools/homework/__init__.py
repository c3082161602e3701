"""The homework desk: student copies out, grades and feedback back.

`masters` reads the masters, `copies` writes what students get. `term` knows dates and people,
`names` the file names of four learning management systems, `submissions` opens what was handed in.
A hand-in is opened and marked by `jobs`,
each in a `child` that can be killed. `sandbox` starts `worker`, which runs a student's cells where no test is and with few system
`calls`, and talks with it in `plain` values. `marking` asks the tests, `wrong` knows wrong answers,
`grading` marks a class, `pages` writes what students and instructors read.
"""
