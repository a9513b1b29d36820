"""Puts the web application together."""

from __future__ import annotations

from flask import Flask
from flask_cors import CORS

import settings

from . import views


def create_app() -> Flask:
    app = Flask(__name__, template_folder="../../templates", static_folder="../../web")
    app.config["TRUSTED_HOSTS"] = settings.ALLOWED_HOSTS
    app.config["SECRET_KEY"] = settings.SECRET_KEY
    CORS(app, origins="*", supports_credentials=True)
    app.add_url_rule("/track/<number>", view_func=views.track)
    app.add_url_rule("/parcels", view_func=views.announce, methods=["POST"])
    app.add_url_rule("/search", view_func=views.search)
    app.add_url_rule("/label/<number>", view_func=views.label, methods=["POST"])
    app.add_url_rule("/follow/<number>", view_func=views.follow, methods=["POST"])
    app.add_url_rule("/return/<number>", view_func=views.send_back, methods=["POST"])
    app.add_url_rule("/sign-in", view_func=views.sign_in, methods=["POST"])
    app.add_url_rule("/figures/<month>", view_func=views.figures, methods=["POST"])
    return app


if __name__ == "__main__":
    create_app().run(debug=settings.DEBUG)
