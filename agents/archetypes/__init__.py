"""Many users decided by few questions: groups are asked, members draw from what was answered."""
