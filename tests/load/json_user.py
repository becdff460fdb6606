"""A user of minatod whose JSON is about as long as the small answers that are measured."""

BODY_BYTES = 250


def create(server):
    """Answers its path and its JSON's bytes."""
    name = "N"
    for attempt in range(2):
        created = server.request(
            "POST", "/v1/users", {"name": name, "email": f"load{attempt}@example.com"})
        path = f"/v1/users/{created.json['id']}"
        body = server.request("GET", path).bytes
        name += "n" * max(0, BODY_BYTES - len(body))
    return path, body
