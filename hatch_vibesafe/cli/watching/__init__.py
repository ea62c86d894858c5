"""`vibesafe watch`, in its parts: what lies on disk, what changed among the units, what is done, what is told."""
