"""The rival: the route of minatod's GET /v1/users/{id} as the tutorial would have it, on Quart.

The user it serves comes as JSON in $QUART_APP_USER. It is kept in a dict, as in a warm cache.
"""

import json
import os

import quart

app = quart.Quart(__name__)
users = {int(user["id"]): user for user in [json.loads(os.environ["QUART_APP_USER"])]}


@app.get("/v1/users/<int:user_id>")
async def get_user(user_id):
    user = users.get(user_id)
    if user is None:
        return {"error": f"user {user_id} does not exist"}, 404
    body = json.dumps(user, separators=(",", ":"), ensure_ascii=False)
    return quart.Response(body, content_type="application/json")
