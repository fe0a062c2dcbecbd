def handler(event, context):
    return {**event, "answered": "in a folder"}
