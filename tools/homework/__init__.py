"""The homework desk: student copies out, grades and feedback back.

`masters` reads the masters, `check` says what one lacks, `copies` writes what students get. `term`
knows dates and people, `names` whose a file is, by the system that named it, `hand_ins` who handed
in what. All that a student wrote is opened and marked by `jobs`, each in a `child` that can be
killed: `submissions` gives its cells, `own` picks out the student's, `sandbox` starts `worker`,
which runs them where no test is and with few system `calls`, and talks with it in `plain` values;
`marking` asks the tests. `wrong` knows wrong answers. `gradebook` is a term's memory: `grading`
takes hand-ins in and marks what is new, `runs` decides what is current, `out`, `pages` and `files`
draw from it what students and instructors read, `written` the page on which people mark, `story`
tells and erases one student's.
"""
