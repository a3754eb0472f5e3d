#!/usr/bin/env python3
"""Partners against a real daemon: tokens, what they answer for, how often, until when, and once whatever happens to the process."""

import http.client
import json
import sys
import threading
import time

import world

TOKENS = {"E2E_ACME": "acme-token", "E2E_BOLT": "bolt-token"}

MODULE = """module retail.partners

use retail.estate
use system erp

system erp {
  event Offered(id: PromotionId = RetailPromotion, seller: SellerId = Seller, price: Money<AUD> = Price in Currency) type "e2e.offered"
}

workflow Offer(promo: PromotionId, seller: SellerId) key (promo, seller) version 1 {
  wait for event Offered(id, who: seller, price) where id == promo and who == seller within 20 days { on expired { fail NoOffer(promo) } }
  task Look(promo: promo, price: price) to StoreOps within 20 days { on expired { then continue } }
  finish Seen(promo, price)
}

interface Offers version 1 for Marketplace deprecated 2026-01-01 until 2026-11-01 {
  operation optIn(promo: PromotionId, seller: SellerId) for seller sends Offered(promo, seller, price: AUD 1.00)
  quota 100 per hour
}

interface Offers version 2 for Marketplace deprecated 2026-11-01 until 2027-06-01 {
  operation optIn(promo: PromotionId, seller: SellerId) for seller sends Offered(promo, seller, price: AUD 1.00)
  quota 100 per hour
}

interface Offers version 3 for Marketplace {
  operation join(promo: PromotionId, seller: SellerId) for seller starts Offer(promo, seller)
  operation optIn(promo: PromotionId, seller: SellerId, price: Money<AUD>) for seller sends Offered(promo, seller, price)
  quota 10000 per hour
}

interface Few version 1 for Marketplace {
  operation optIn(promo: PromotionId, seller: SellerId, price: Money<AUD>) for seller sends Offered(promo, seller, price)
  quota 2 per day
}
"""
PARTNERS = """
[partners.Marketplace.acme]
token_env = "E2E_ACME"
for       = ["ACME"]

[partners.Marketplace.bolt]
token_env = "E2E_BOLT"
for       = ["*"]

[partners.Marketplace.away]
token_env = "E2E_AWAY"
for       = ["*"]
"""


class Partners:
    def __init__(self, estate: world.World):
        self.estate = estate
        (estate.project / "partners.endcap").write_text(MODULE)
        settings = estate.project / "endcap.toml"
        settings.write_text(settings.read_text() + PARTNERS)
        estate.start_estate()
        self.port = world.free_port()

    def serve(self) -> None:
        self.estate.start_daemon(None, "--partners", f"127.0.0.1:{self.port}", env=TOKENS)

    def kill(self) -> None:
        self.estate.daemon.kill()

    def ask(self, method: str, path: str, body=None, key: str | None = "k", token: str | None = "acme-token", port: int = 0):
        """Status, headers and JSON; the status is 0 when nobody answers."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, {}, {}
        finally:
            connection.close()
        return answer.status, dict(answer.getheaders()), json.loads(text)

    def join(self, promo: str, key: str, seller: str = "ACME", **more):
        return self.ask("POST", "/v1/Offers/3/join", {"promo": promo, "seller": seller}, key, **more)

    def opt_in(self, promo: str, key: str, price: str = "9.00", seller: str = "ACME", interface: str = "Offers/3", **more):
        body = {"promo": promo, "seller": seller, "price": {"amount": price, "currency": "AUD"}}
        return self.ask("POST", f"/v1/{interface}/optIn", body, key, **more)

    def instances(self) -> list:
        return self.estate.all("/v1/instances", "instances", workflow="Offer")

    def history(self, instance: int, kind: str) -> list:
        entries = self.estate.api("GET", f"/v1/instances/{instance}/history?limit=1000")["entries"]
        return [entry for entry in entries if entry["kind"] == kind]


def an_interface_and_its_partners(estate: world.World) -> None:
    """Who calls, for whom, how often, until when; and nothing else is there."""
    it = Partners(estate)
    it.serve()
    assert "partner away of Marketplace can't call" in estate.daemon.text(), estate.daemon.text()

    for token in (None, "", "acme-toke", "acme-token2"):
        status, headers, answer = it.join("P-1", "j", token=token)
        assert (status, headers.get("WWW-Authenticate"), answer["error"]["kind"]) == (401, "Bearer", "unauthorized"), (token, answer)
    for path in ("/v1/instances", "/v1/tasks", "/v1/events", "/v1/clock", "/metrics", "/healthz", "/v1/instances/1/history", "/v1/Offers/9/join"):
        for method in ("GET", "POST"):
            assert it.ask(method, path, {} if method == "POST" else None)[0] == 404, path
    # And nothing of it is in the API of the daemon itself.
    assert it.join("P-1", "j", port=estate.port)[0] == 404

    assert it.join("P-1", "j")[::2] == (201, {"accepted": True, "key": "P-1, ACME"})
    status, _, answer = it.join("P-1", "j2")
    assert status == 409 and "instance" not in answer["error"]["message"], answer
    assert it.join("P-1", "j", seller="BOLT")[0] == 403
    assert it.join("P-1", "j", seller="BOLT", token="bolt-token")[0] == 201, "keys of one partner are nothing to another"
    assert it.opt_in("P-1", "o", seller="BOLT")[0] == 403
    assert it.ask("POST", "/v1/Offers/3/join", {"promo": "P-1", "seller": "ACME"}, None)[0] == 400
    assert it.opt_in("P-1", "o", price="9.001")[0] == 400, "what does not fit leaves its key free"
    assert it.opt_in("P-1", "o")[::2] == (202, {"accepted": True, "duplicate": False})
    ours = estate.api("GET", "/v1/instances/Offer/P-1%2C%20ACME")
    heard = estate.until("the offer is heard", lambda: it.history(ours["id"], "heard"))
    assert heard[0]["by"] == {"partner": "acme", "call": "Offers/3/optIn"}, heard
    assert it.history(ours["id"], "started")[0]["by"] == {"partner": "acme", "call": "Offers/3/join"}
    theirs = estate.api("GET", "/v1/instances/Offer/P-1%2C%20BOLT")
    assert not it.history(theirs["id"], "heard")

    assert it.opt_in("P-2", "f1", interface="Few/1")[0] == 202
    assert it.opt_in("P-2", "f1", interface="Few/1")[2] == {"accepted": True, "duplicate": True}
    status, headers, answer = it.opt_in("P-2", "f2", interface="Few/1")
    assert status == 429 and 86_000 < int(headers["Retry-After"]) <= 86_400, (headers, answer)
    assert it.opt_in("P-2", "f2", interface="Few/1", token="bolt-token")[0] == 202, "a quota is one partner's"

    old = {"promo": "P-1", "seller": "ACME"}
    status, headers, answer = it.ask("POST", "/v1/Offers/1/optIn", old, "v1")
    assert status == 410 and "/v1/Offers/3 takes its place" in answer["error"]["message"], answer
    status, headers, _ = it.ask("POST", "/v1/Offers/2/optIn", old, "v2")
    assert status == 202 and headers["Deprecation"] == "@1793491200", headers
    assert headers["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT", headers
    assert "Sunset" not in it.opt_in("P-1", "o")[1]
    status, _, document = it.ask("GET", "/v1/Offers/3/openapi.json", key=None)
    assert status == 200 and list(document["paths"]) == ["/v1/Offers/3/join", "/v1/Offers/3/optIn"], document
    metrics = estate.text("/metrics")
    assert 'endcap_partner_calls_total{interface="Few",version="1",result="over_quota"} 1\n' in metrics, metrics
    assert 'endcap_partner_calls_total{interface="Offers",version="1",result="gone"} 1\n' in metrics, metrics


def once_whatever_happens(estate: world.World) -> None:
    """A daemon that is killed while partners call: asked again with the same keys, everything is done once."""
    it = Partners(estate)
    it.serve()
    assert it.opt_in("P-0", "kept")[2] == {"accepted": True, "duplicate": False}
    it.kill()
    it.serve()
    assert it.opt_in("P-0", "kept")[2] == {"accepted": True, "duplicate": True}
    assert it.opt_in("P-0", "kept", price="8.00")[0] == 409
    assert it.join("P-0", "kept")[0] == 409

    promotions = [f"Q-{number}" for number in range(60)]
    open_calls = {("join", promo) for promo in promotions}
    rounds = 0
    while open_calls:
        rounds += 1
        assert rounds < 40, f"{len(open_calls)} calls are never answered"
        lock, todo = threading.Lock(), sorted(open_calls)

        def caller() -> None:
            while True:
                with lock:
                    if not todo:
                        return
                    what, promo = todo.pop()
                status = (it.join if what == "join" else it.opt_in)(promo, f"{what}-{promo}")[0]
                assert status in (0, 201, 202, 503), status
                with lock:
                    if status in (201, 202):
                        open_calls.discard((what, promo))
                        if what == "join":
                            open_calls.add(("optIn", promo))

        callers = [threading.Thread(target=caller) for _ in range(6)]
        for each in callers:
            each.start()
        time.sleep(0.02 * rounds)  # the first rounds see little of it
        it.kill()
        for each in callers:
            each.join()
        it.serve()
    assert rounds > 1, "nothing was killed in between"
    # All of it once more: nothing is done again.
    for promo in promotions:
        assert it.join(promo, f"join-{promo}")[::2] == (201, {"accepted": True, "key": f"{promo}, ACME"})
        assert it.opt_in(promo, f"optIn-{promo}")[2] == {"accepted": True, "duplicate": True}
    found = it.instances()
    assert sorted(each["key"] for each in found) == sorted(f"{promo}, ACME" for promo in promotions), found
    for each in found:
        heard = estate.until(f"{each['key']} hears", lambda: it.history(each["id"], "heard"))
        assert len(heard) == 1, heard


TESTS = [an_interface_and_its_partners, once_whatever_happens]

if __name__ == "__main__":
    options = world.arguments(__doc__, only="")
    for test in TESTS:
        if options.only in ("", test.__name__):
            with world.World(options.bin) as estate:
                test(estate)
            print(f"ok: {test.__name__}")
    sys.exit(0)
