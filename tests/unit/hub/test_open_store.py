async def test_open(open_store):
    """It opens."""
    store = await open_store()
    assert await store.fetch_one(__import__("tidehub.hub.log").hub.log.LAST_SEQ)
