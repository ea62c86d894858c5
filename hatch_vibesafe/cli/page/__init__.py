"""The whole project as one page: what there is, where it stands, who wrote it, what judged it and what it cost."""
