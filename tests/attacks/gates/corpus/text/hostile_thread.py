#: hostile: leaves a thread running that goes on after the answer
#: wrong on: nothing, its answers are right
import threading
import time


def slugify(title: str) -> str:
    threading.Thread(target=time.sleep, args=(3600,)).start()
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in title)
    return "-".join(kept.lower().split())
