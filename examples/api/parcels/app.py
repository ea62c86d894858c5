"""The application that a server runs."""

from fastapi import FastAPI

from vibesafe_runtime.fastapi import mount

app = FastAPI(title="parcels", version="1.0.0")
mount(app, "parcels", healthz=True, manifest_header=True)
