"""The demonstration county 安和县: an invented population with two honest years behind it. Nobody in it exists.

`population` invents people, `course` lives their illness through the real rules of visits, `plan` gives some of them a story, and
`loading` stores all of it in the order in which it happened, by the use cases that people would have used. Everything repeats for
a seed; nothing here runs in production.
"""
