"""The application that a server runs."""

from fastapi import FastAPI

from calculator.endpoints import router

app = FastAPI(title="calculator")
app.include_router(router)
