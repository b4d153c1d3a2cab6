"""The scenario document, its gallery, the builders of populations and networks, the importers of people.

Start at `document.Scenario` (what a scenario says), `population.build.build_population` (people from a
scenario) and `importers.people.read_people` (people from a file).
"""
