#!/usr/bin/env python3
"""A deploy never strands an instance: what is alive goes on under the new version where it stood, or the deploy is refused and the old
version still opens the data.

Each test is a pair of projects, or a few. Instances are parked under the old one; then the daemon is stopped and started with the new
one. After each test, every pair that it has deployed is deployed once more, with an instance at every wait point of the old version.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import unittest

import everywhere
from deploy import HEAD, LISTING, POLICIES, PRICES, SHIFT, SLOW, Deployment, flow, task, world

WORLD: world.World
EVERYWHERE = True


class Deploys(unittest.TestCase):
    number = 0

    def setUp(self):
        Deploys.number += 1
        self.key = f"S-{Deploys.number:04}"
        self.it = Deployment(WORLD, self.id().split(".")[-1])
        self.addCleanup(self.it.stop)
        self.differs: dict[int, dict[str, dict | set]] = {}  # as everywhere.Everywhere says, by the number of the pair
        self.nowhere: dict[str, str] = {}
        self.factor = SLOW

    def tearDown(self):
        self.it.stop()
        WORLD.sandbox("DELETE", "/faults")
        if not EVERYWHERE:
            return
        for number, (old, new) in enumerate(self.it.pairs):
            with self.subTest(pair=number):
                everywhere.Everywhere(WORLD, f"{self.it.folder.name}-{number}", old, new, self.differs.get(number), self.nowhere,
                                      self.factor).run()

    def park(self, old: str, at: dict[str, int], factor: float = 10, key: str = ""):
        self.it.serve(old, factor)
        self.it.start(key or self.key)
        self.it.stands(key or self.key, at)

    def refuse(self, new: str, *reasons: str) -> str:
        """The new version does not start, says why, and the old one is asked for what it was asked for."""
        code, text = self.it.refused(new)
        self.assertEqual(code, 6, text)
        for reason in reasons:
            self.assertIn(reason, text)
        self.assertIn("Nothing was changed", text)
        return text

    # --- what goes on

    def test_the_same_project_needs_no_upgrade(self):
        old = flow(task("Look"))
        self.park(old, {"task.Look": 1})
        self.it.serve(old)
        self.assertEqual(self.it.history(self.key, "upgraded"), [])
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    BIG = """
  throughout {
    on event PromotionCancelled(id) where id == promo.id { fail Cancelled(id) and compensate }
  }
  let stores = read promo.stores
  step gate {""" + PRICES + LISTING + """  }
  step activate together {
    branch inStores {
      for each store in stores parallel 2 {
        task Ready(store: store.id) to StoreOps within 5 business days { on expired { then skip } }
        write pricing for store { on InvalidCondition, RecordLocked { then skip } }
      }
    }
    branch online {
      wait until promo.launch at 06:00 zone "Australia/Sydney" if late continue {
        on event PromotionRescheduled(id, launch) where id == promo.id {
          then wait until launch at 06:00 zone "Australia/Sydney"
        }
      }
      write online
    }
  }
  step confirm {
""" + task("Confirm") + "  }"
    ACTIVE = {"activate.together": 1, "activate.inStores.each": 1, "activate.inStores[store].task.Ready": 3, "activate.online.wait": 1}

    def test_unrelated_declarations_move_every_number_and_no_instance(self):
        old, new = flow(self.BIG), flow(self.BIG, declarations=SHIFT)
        asking, active, written = self.key, "S-0101", "S-0102"
        self.it.serve(old)
        for key in (asking, active, written):
            self.it.start(key)
            self.it.stands(key, {"gate.online": 1})
        for key in (active, written):
            self.it.decide(key, "fay", "approve")
            self.it.stands(key, self.ACTIVE)
        self.it.api("POST", f"/v1/tasks/{self.it.tasks(written)[0]['task']}/decision", {"person": "olga", "decision": "done"})
        self.it.until("a price", lambda: self.it.effects() == {"A_PriceCondition.create": 1})
        self.it.stands(written, self.ACTIVE | {"activate.inStores[store].task.Ready": 2})  # its answer has come
        before = {key: self.it.waits(key) for key in (asking, active, written)}

        self.it.serve(new)
        self.assertEqual({key: self.it.waits(key) for key in before}, before)
        for key in before:
            self.assertEqual(len(self.it.history(key, "upgraded")), 1)
        self.it.event("promotion.cancelled", RetailPromotion=written)  # heard by a scope that the old program opened
        self.it.ended(written, "Cancelled", "failed")
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 1, "WithdrawPrice": 1})
        self.it.decide(active, "olga", count=3)
        self.it.event("promotion.rescheduled", RetailPromotion=active, ValidityStartDate="2026-11-20")
        self.it.stands(active, {"confirm.task.Confirm": 1})
        self.it.decide(active, "olga")
        self.it.ended(active)
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 4, "WithdrawPrice": 1, "Listings.update": 1})
        self.it.decide(asking, "fay", "approve")  # asked under the old version, decided under the new one
        self.it.decide(asking, "olga", count=3)
        self.it.event("promotion.rescheduled", RetailPromotion=asking, ValidityStartDate="2026-11-20")
        self.it.decide(asking, "olga")
        self.it.ended(asking)
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 7, "WithdrawPrice": 1, "Listings.update": 2})

    def test_a_version_can_go_back_by_a_version_of_its_own(self):
        old, new = flow(task("Look")), flow(task("Look") + task("Tell"), 2, SHIFT)
        self.park(old, {"task.Look": 1})
        self.it.serve(new)
        self.it.stands(self.key, {"task.Look": 1})
        self.it.serve(flow(task("Look"), 3))
        self.assertEqual(len(self.it.history(self.key, "upgraded")), 2)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def test_a_value_that_nobody_needs_any_more_is_dropped(self):
        note = "    let note = promo.name\n"
        old = flow(note + task("Look") + task("Tell", "note: note"))
        new = flow(note + task("Look") + task("Tell", "note: promo.id"), 2, SHIFT)
        self.park(old, {"task.Look": 1})
        self.it.serve(new)
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"], {"note": self.key})

    def test_values_keep_what_they_were_in_another_order(self):
        name, article = "    let name = promo.name\n", "    let article = promo.article\n"
        rest = task("Look") + task("Tell", "name: name, article: article")
        old, new = flow(name + article + rest), flow(article + name + rest, 2, SHIFT)
        self.park(old, {"task.Look": 1})
        self.it.serve(new)
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        arguments = self.it.tasks(self.key)[0]["arguments"]
        self.assertTrue(arguments["name"].startswith("Local offer"), arguments)
        self.assertNotIn("Local", arguments["article"])

    def form(self, record: str, answers: str, version: int = 1, shift: str = "") -> str:
        return flow(f"""    let stock = read Stock("1001", promo.article)
    task Look(promotion: promo.id) to StoreOps within 5 business days as count {{
      answers {answers}
      on expired {{ fail Late(promo.id) and keep }}
    }}
""" + task("Tell", "units: count.units, guess: count.guess"), version, f"record Count {{ {record} }}\n" + shift)

    def test_a_form_is_answered_as_the_new_version_asks(self):
        self.differs = {0: {"task.Look": {"guess": {"amount": "3.000", "unit": "ea"}}}}  # as it was answered
        self.park(self.form("units: Qty<ea>, guess: Qty<ea>, lost: Qty<ea>",
                            "Count(units: stock.available, guess: stock.forecast, lost: stock.available)"), {"task.Look": 1})
        old = {field["name"]: field for field in self.it.tasks(self.key)[0]["form"]}
        self.assertEqual([old["units"]["advice"], old["guess"]["advice"]], [False, True])
        # The forecast that was filled in is nothing that the new version could take for a stock.
        self.it.serve(self.form("units: Qty<ea>, guess: Qty<ea>, found: Bool", "Count(units: stock.available, guess: stock.available)", 2,
                                SHIFT))
        shown = self.it.tasks(self.key)[0]
        new = {field["name"]: field for field in shown["form"]}
        self.assertEqual(list(new), ["units", "guess", "found"])
        self.assertEqual(new["units"]["prefilled"], old["units"]["prefilled"])
        self.assertNotIn("prefilled", new["guess"])
        guess = {"amount": "3.000", "unit": "ea"}
        decision = {"person": "olga", "decision": "done", "answers": {"found": True}}
        with self.assertRaises(world.Refused) as refused:
            self.it.api("POST", f"/v1/tasks/{shown['task']}/decision", decision)
        self.assertIn("guess: is missing", str(refused.exception))
        decision["answers"]["guess"] = guess
        self.it.api("POST", f"/v1/tasks/{shown['task']}/decision", decision)
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"], {"units": old["units"]["prefilled"], "guess": guess})

    def test_what_is_asked_may_turn_to_be_decided_by_line_and_not_back(self):
        def asking(version: int, by_line: bool) -> str:
            prices = PRICES.replace("      within", "      by line\n      on refused { then skip }\n      within") if by_line else PRICES
            return flow("  let stores = read promo.stores\n  step gate {" + prices + """  }
  step act {
    for each store in stores parallel 2 { write pricing for store { on InvalidCondition, RecordLocked { then skip } } }
  }
""", version, "", POLICIES.replace("| permit  ", "| approval by FinanceManager"))
        self.park(asking(1, False), {"gate.pricing": 1})
        self.assertNotIn("byLine", self.it.tasks(self.key)[0])
        self.it.serve(asking(2, True))
        shown = self.it.tasks(self.key)[0]
        self.assertTrue(shown["byLine"])
        self.refuse(asking(3, False), "`pricing` was decided by line and is as a whole")
        self.it.serve(asking(2, True))
        lines = [line["target"] for line in self.it.api("GET", f"/v1/tasks/{shown['task']}/lines")["lines"]]
        totals = self.it.api("GET", f"/v1/tasks/{shown['task']}")["totals"][0]
        self.assertEqual(totals["count"], len(lines))
        self.assertEqual(totals["fields"][0]["lowest"], totals["fields"][0]["highest"])
        decision = {"person": "fay", "decision": "approve", "except": [{"target": lines[0], "reason": "no shelf"}]}
        answer = self.it.api("POST", f"/v1/tasks/{shown['task']}/decision", decision)
        self.assertEqual(answer, {"task": shown["task"], "status": "granted", "refused": 1})
        self.it.ended(self.key)
        written = sorted(entry["target"] for entry in self.it.history(self.key, "write"))
        self.assertEqual(written, sorted(lines[1:]))
        self.assertEqual(self.it.history(self.key, "decided")[0]["except"][0]["reason"], "no shelf")

    def test_what_is_open_is_countered_as_the_new_version_says(self):
        def asking(version: int, counter: str) -> str:
            prices = PRICES.replace("      within", counter + "      within")
            return flow("  let stores = read promo.stores\n  step gate {" + prices + """  }
  step act {
    for each store in stores parallel 2 { write pricing for store { on InvalidCondition, RecordLocked { then skip } } }
  }
""", version, "record Offer { price: Money<AUD>, units: Qty<ea> }\n", POLICIES.replace("| permit  ", "| approval by FinanceManager"))
        offer = "      counter Offer(price: promo.price, units: 4 ea)\n      on countered(price) { fail NotAtThat(price: price) and keep }\n"
        self.park(asking(1, ""), {"gate.pricing": 1})
        shown = self.it.tasks(self.key)[0]
        self.assertNotIn("form", shown)
        self.it.serve(asking(2, offer))
        shown = self.it.tasks(self.key)[0]
        self.assertEqual([field["name"] for field in shown["form"]], ["price", "units"])
        self.assertNotIn("prefilled", shown["form"][0])  # asked before there was anything to come with
        decision = {"person": "fay", "decision": "counter", "answers": {"price": {"amount": "9.00", "currency": "AUD"}}}
        with self.assertRaises(world.Refused) as refused:
            self.it.api("POST", f"/v1/tasks/{shown['task']}/decision", decision)
        self.assertIn("units", str(refused.exception))
        decision["answers"]["units"] = {"amount": "2", "unit": "ea"}
        answer = self.it.api("POST", f"/v1/tasks/{shown['task']}/decision", decision)
        self.assertEqual(answer, {"task": shown["task"], "status": "countered"})
        self.it.ended(self.key, "NotAtThat", "failed")
        self.assertEqual(self.it.effects(), {})

    def test_what_advice_has_chosen_is_not_forgotten(self):
        self.nowhere = {"Flow task.Low": "no forecast is below 0 ea"}
        def choosing(version: int, condition: str, more: str = "") -> str:
            return flow(f"""  let stock = read Stock("1001", promo.article)
  when {condition} {{
{task("High")}  }} otherwise {{
{task("Low")}  }}
{more}""", version)
        self.park(choosing(1, "stock.forecast >= 0 ea"), {"task.High": 1})
        self.refuse(choosing(2, "promo.price > AUD 0.00"), "advice has decided which instances stand at task.High", "under the advice")
        self.it.serve(choosing(2, "stock.forecast >= 1 ea", task("Tell")))
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})

    def chosen(self, key: str, version: int) -> str:
        """`other` is a record of which one field is a model's number, and which `key` chooses."""
        place = "function place(units: Qty<ea>) -> StoreId = when units >= 0 ea then \"1001\" otherwise \"1002\"\n"
        return flow(f"""  let stock = read Stock("1001", promo.article)
  let other = read Stock({key}, promo.article)
""" + task("Look") + task("Tell", "store: other.store, units: other.available"), version, place)

    def test_an_entity_that_a_model_chose_is_not_taken_for_another(self):
        old = self.chosen("place(stock.forecast)", 1)
        self.park(old, {"task.Look": 1})
        self.refuse(self.chosen("place(stock.available)", 2), "`other` was chosen by advice and is chosen by what is trusted")
        self.it.serve(old)
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})

    def test_a_field_that_is_advice_says_nothing_of_the_entity(self):
        held = {point: {"store", "units"} for point in ("other", "task.Look")}  # who was chosen stays
        self.differs = {0: held, 1: held}
        self.park(self.chosen("place(stock.available)", 1), {"task.Look": 1})
        self.it.serve(self.chosen("\"1002\"", 2))  # its forecast is advice, and nobody looks at it
        self.it.serve(self.chosen("place(stock.forecast)", 3))  # more careful than it must be
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"]["store"], "1001")

    def test_what_was_written_is_not_written_again(self):
        def writing(version: int, first: str, second: str) -> str:
            write = "write pricing for %s { on InvalidCondition, RecordLocked { fail Locked(promo.id) and keep } }\n"
            return flow("""
  let s1 = read Store("1001")
  let s2 = read Store("1002")
  let one = propose Price.activate(promo, s1) undo Price.withdraw(promo, s1)
  let two = propose Price.activate(promo, s2) undo Price.withdraw(promo, s2)
  approve one, two under Free as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
    within 8 business hours
    on rejected, expired { fail Refused(promo.id) and compensate }
    on changed           { then ask again }
  }
""" + "".join(f"  step put{name} {{ {write % name} }}\n" for name in first.split()) + task("Look")
                        + "".join(f"  step put{name} {{ {write % name} }}\n" for name in second.split()), version)
        self.park(writing(1, "one", "two"), {"task.Look": 1})
        self.refuse(writing(2, "", "one two"), "`one` of `pricing` may have been written before the wait", "ask for another grant")
        self.it.serve(writing(2, "one", "two") + SHIFT)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 2})

    def test_a_grant_that_was_given_away_keeps_its_element(self):
        def giving(version: int, first: str) -> str:
            write = "{ on expired, changed { finish Late() }  on RecordLocked, InvalidCondition { finish Locked() } }"
            return flow("""
  let s1 = read Store("1001")
  let s2 = read Store("1002")
  let prices = propose for each store in [s1, s2] { Price.activate(promo, store) undo Price.withdraw(promo, store) }
  approve prices under Free as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
    within 8 business hours
    on rejected, expired { fail Refused(promo.id) and compensate }
    on changed           { then ask again }
  }
  run Put(pricing for s1, pricing for s2)
""", version, "workflow Put(a: grant of Price.activate, b: grant of Price.activate) {\n"
                "  task Look(n: 1) to StoreOps within 5 business days { on expired { then continue } }\n"
                + (f"  step one {{ write a {write} }}\n" if first else "") +
                f"  step two {{ write b {write} }}\n  finish Written()\n}}\n")
        self.park(giving(1, "with"), {"run.Put": 1, "run.Put.task.Look": 1})
        self.it.serve(giving(2, ""))
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)
        self.assertEqual([entry["target"] for entry in self.it.history(self.key, "write")], ["1002"])

    def test_a_handler_that_waits(self):
        body = """
  throughout {
    on event StockBelow(article, store) where article == promo.article {
      task Count(store: store, promotion: promo.id) to StoreOps within 5 business days { on expired { then continue } }
    }
  }
""" + task("Look", "article: promo.article")
        self.park(flow(body), {"task.Look": 1})
        article = self.it.tasks(self.key)[0]["arguments"]["article"]
        self.it.event("stock.below", Material=article, Plant="1001")
        self.it.stands(self.key, {"task.Look": 1, "throughout.StockBelow.task.Count": 1})
        self.it.serve(flow(body + task("Tell"), 2, SHIFT))
        self.it.event("stock.below", Material=article, Plant="1002")
        self.it.until("two", lambda: sum(self.it.waits(self.key).values()) == 3)
        self.it.decide(self.key, "olga", count=3)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def due(self, step: str, body: str, late: str) -> str:
        return (f"  step {step} {{\n    due 2026-11-23 at 18:00 zone \"UTC\" {{\n      on late {{\n{late}      }}\n    }}\n{body}  }}\n")

    def test_a_step_that_is_due_is_late_when_it_was_due(self):
        self.factor = 14_400
        note = "    let note = promo.name\n"
        old = flow(note + self.due("look", task("Look"), task("Chase", "note: note")))
        new = flow("  upgrades from 1 { step look becomes inspect }\n" + note
                   + self.due("inspect", task("Look"), task("Nag", "text: note") + task("Chase", "text: note")), 2, SHIFT)
        self.park(old, {"look.task.Look": 1})
        self.it.serve(new, 14_400)
        late = self.it.until("it is late", lambda: self.it.history(self.key, "late"))
        self.assertEqual([entry["path"] for entry in late], ["inspect"])
        self.it.stands(self.key, {"inspect.task.Look": 1, "inspect.late.task.Nag": 1})
        self.assertEqual(self.it.show(self.key)["late"], 1)
        for path in ("inspect.late.task.Nag", "inspect.late.task.Chase", "inspect.task.Look"):
            number = self.it.until(path, lambda: [t["task"] for t in self.it.tasks(self.key, person="olga") if t["path"] == path])[0]
            self.it.api("POST", f"/v1/tasks/{number}/decision", {"person": "olga", "decision": "done"})
        self.it.ended(self.key)

    def test_a_step_that_is_not_due_any_more_is_left(self):
        self.factor = 14_400
        body = "  step look {\n" + task("Look") + "  }\n"
        self.park(flow(self.due("look", task("Look"), task("Chase"))), {"look.task.Look": 1})
        self.it.serve(flow(body + task("Tell"), 2, SHIFT))
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertNotIn("late", self.it.show(self.key))

    def test_elements_that_may_fail_alone(self):
        def loop(tolerated: str) -> str:
            return "  let stores = read promo.stores\n  step gate {" + PRICES + f"""  }}
  step act {{
    for each store in stores parallel 3 tolerate {tolerated} {{
      write pricing for store {{ on InvalidCondition, RecordLocked {{ then skip }} }}
      task Ready(store: store.id) to StoreOps within 5 business days {{ on expired {{ fail NotReady(store.id) and compensate }} }}
    }} otherwise {{ fail TooMany(promo.id) and keep }}
  }}
"""
        self.park(flow(loop("0")), {"act.each": 1, "act[store].task.Ready": 3})
        self.it.serve(flow(loop("50%"), 2, SHIFT))
        first = self.it.tasks(self.key, person="olga")[0]["task"]
        self.it.api("POST", f"/v1/tasks/{first}/decision", {"person": "olga", "decision": "done"})
        self.it.serve(flow(loop("50%"), 2, SHIFT), 86_400)
        self.it.ended(self.key, "TooMany", "failed")
        self.assertEqual(self.it.effects()["A_PriceCondition.create"], 3)

    SWEEP = """
  let stores = read promo.stores
  let least  = %s
  step find {
    sweep store in stores, n in [1, 2, 3] where %s parallel 10 {
      task Look(store: store.id, n: n) to StoreOps within 5 business days { on expired { then skip } }
    }
  }
"""

    def test_what_a_sweep_has_found_stands(self):
        found = {"find.sweep": 1, "find[store, n].task.Look": 3}
        self.park(flow(self.SWEEP % ("2", "n > least")), found)
        self.it.serve(flow(self.SWEEP % ("2", "n < least and n != 5"), 2, SHIFT))
        self.it.stands(self.key, found)
        self.assertEqual(len(self.it.history(self.key, "swept")), 1)
        search = (self.SWEEP % ("2", "n > least")).replace("step find", "step search")
        self.it.serve(flow("  upgrades from 2 { step find becomes search }\n" + search, 3))
        self.it.stands(self.key, {"search.sweep": 1, "search[store, n].task.Look": 3})
        self.it.decide(self.key, "olga", count=3)
        self.it.ended(self.key)

    def test_a_sweep_that_still_looks_looks_again(self):
        self.nowhere = {"Flow find[store, n].task.Look": "it finds nothing: each row divides by nothing, once"}
        self.park(flow(self.SWEEP % ("2", "10 / (n - least) > 1")), {"find.sweep": 1})
        self.it.until("held", lambda: self.it.history(self.key, "quarantined"))  # nothing is divided by nothing
        self.it.serve(flow(self.SWEEP % ("2", "n != least"), 2, SHIFT))
        self.it.api("POST", f"/v1/instances/{self.it.show(self.key)['id']}/resume", {"person": "olga", "reason": "it is mended"})
        self.it.stands(self.key, {"find.sweep": 1, "find[store, n].task.Look": 6})

    def test_a_sweep_over_other_lists(self):
        self.park(flow(self.SWEEP % ("2", "n > least")), {"find.sweep": 1, "find[store, n].task.Look": 3})
        other = (self.SWEEP % ('"2"', "n != least")).replace("[1, 2, 3]", '["1", "2", "3"]')
        self.refuse(flow(other, 2), "what `find.sweep` runs over or collects was combinations of store:")

    def test_an_approval_that_was_escalated(self):
        listing = LISTING.replace("      on rejected", "      escalate to FinanceDirector after 1 business hour\n      on rejected", 1)
        body = "  step gate {" + listing + "  }\n  write online\n"
        policies = POLICIES.replace("otherwise\n}", "otherwise\n  stand in FinanceDirector for FinanceManager\n}")
        self.it.serve(flow(body, policies=policies), 3600)
        self.it.start(self.key)
        self.it.until("escalated", lambda: self.it.history(self.key, "escalated"))
        self.it.serve(flow(body, declarations=SHIFT, policies=policies))
        self.assertEqual(self.it.tasks(self.key)[0]["escalatedTo"], ["FinanceDirector"])
        self.it.decide(self.key, "dora", "approve")
        self.it.ended(self.key)
        self.assertEqual(self.it.effects(), {"Listings.update": 1})

    def test_a_call_that_is_tried_again(self):
        body = "  let stores = read promo.stores\n  step gate {" + PRICES + """  }
  for each store in stores parallel 3 { write pricing for store { on InvalidCondition, RecordLocked { then skip } } }
"""
        fault = {"match": {"method": "POST", "path": "A_PriceCondition"}, "fault": "status", "times": 1000}
        WORLD.sandbox("POST", "/faults", fault)
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")
        self.it.serve(flow(body))
        self.it.start(self.key)
        self.it.until("backoff", lambda: [w for w in self.it.show(self.key)["waits"] if w.get("stage") == "backoff"])
        self.it.kill()  # not even stopped properly
        WORLD.sandbox("DELETE", "/faults")
        self.it.serve(flow(body + task("Tell"), 2, SHIFT))
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 3})

    # A workflow that is run for a store, and fails when the promotion is cancelled, whatever it is doing.
    WRITE = "write pricing { on InvalidCondition, RecordLocked { fail Refused(store.id) and compensate } }"

    def priced(self, version: int, body: str) -> str:
        return f"""
workflow Priced(promo: Promotion, store: Store) key promo.id version {version} {{
  throughout {{ on event PromotionCancelled(id) where id == promo.id {{ fail NotReady(store.id) and compensate }} }}
  let price = propose Price.activate(promo, store) undo Price.withdraw(promo, store)
  approve price under Free as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {{
    within 8 business hours
    on rejected, expired {{ fail Refused(store.id) and compensate }}
    on changed           {{ then ask again }}
  }}
{body}
  finish Done(store.id)
}}
"""

    def nobody_hears_of_prices(self):
        fault = {"match": {"method": "POST", "path": "A_PriceCondition"}, "fault": "drop_after_commit", "times": 1000}
        WORLD.sandbox("POST", "/faults", fault)
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")

    def test_a_call_that_only_settles_needs_no_place_in_the_new_version(self):
        def source(branch: str, version: int, declarations: str = "") -> str:
            body = """  let stores = read promo.stores
  for each store in stores parallel 3 {
    run Priced(promo, store) { on Refused, NotReady { fail NoPrice(store.id) and compensate } }
  }
"""
            look = "{ task Look(store: store.id) to StoreOps within 5 business days { on expired { then continue } } }"
            return flow(body, version, declarations) + self.priced(version, f"""  together {{
    branch {branch} {{ {self.WRITE} }}
    branch look {look}
  }}""")

        # Nobody hears whether a store has its price. Each run fails meanwhile, and a call is all that is left of it.
        self.nobody_hears_of_prices()
        self.it.serve(source("price", 1))
        self.it.start(self.key)
        self.it.until("unclear", lambda: len({entry["instance"] for entry in self.it.history(self.key, "unclear")}) == 3)
        self.it.event("promotion.cancelled", RetailPromotion=self.key)
        self.it.until("leaving", lambda: [wait["waitsFor"] for wait in self.it.show(self.key)["waits"]].count("ending") == 6)
        self.it.kill()
        self.it.serve(source("priced", 2, SHIFT))
        self.assertEqual(self.it.show(self.key)["status"], "running")
        WORLD.sandbox("DELETE", "/faults")
        self.it.ended(self.key, "NoPrice", "failed")
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 3, "WithdrawPrice": 3})

    def test_a_write_is_taken_back_by_the_version_that_fails(self):
        body = "  let stores = read promo.stores\n  step gate {" + PRICES + """  }
  for each store in stores parallel 3 { write pricing for store { on InvalidCondition, RecordLocked { then skip } } }
"""
        ask = "  task Fine(id: promo.id) to StoreOps within 5 business days { on expired { fail Late(promo.id) and compensate } }\n"
        self.park(flow(body + ask), {"task.Fine": 1})
        self.it.stop()
        self.it.serve(flow(body + ask + task("More"), 2, SHIFT), 360000)
        self.it.ended(self.key, "Late", "failed")
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 3, "WithdrawPrice": 3})

    def test_a_wait_point_that_is_gone_strands_who_stands_there_and_nobody_else(self):
        old, new = flow(task("Look") + task("Tell")), flow(task("Tell"), 2)
        self.park(old, {"task.Look": 1})
        self.refuse(new, "retail.deploy.Flow version 1, task.Look: 1 stands there and could not go on",
                    "the wait point `task.Look` (task) is gone", "`wait task.Look becomes ...`")
        self.it.serve(old)  # the data is as it was
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        self.it.serve(new)  # now nobody stands there
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def test_a_read_in_flight_reads_what_the_new_version_needs(self):
        body = "  task Go(id: promo.id) to StoreOps within 5 business days { on expired { then continue } }\n  let shop = read Shop(\"1001\")\n"
        view = "view Shop of erp.A_Store key id {{ id: StoreId = Plant  label: Text(40) = {} required }}\n"
        old = flow(body + task("Tell", "label: shop.label"), declarations=view.format("PlantName"))
        new = flow(body + task("Tell", "label: shop.label"), 2, view.format("CityName") + SHIFT)
        self.park(old, {"task.Go": 1})
        WORLD.sandbox("POST", "/faults", {"match": {"method": "GET", "path": "A_Store"}, "fault": "status", "times": 1000})
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")
        self.it.decide(self.key, "olga")
        self.it.until("backoff", lambda: [w for w in self.it.show(self.key)["waits"] if w.get("stage") == "backoff"])
        self.it.stop()
        WORLD.sandbox("DELETE", "/faults")
        self.it.serve(new)
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"], {"label": "Perth"})

    def test_a_suspended_instance_is_resumed_by_the_new_version(self):
        body = task("Go") + "  notify Listing.showComingSoon(promo)\n"
        self.park(flow(body), {"task.Go": 1})
        WORLD.sandbox("POST", "/faults", {"match": {"path": "Listings"}, "fault": "status", "status": 400, "times": 1000})
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")
        self.it.decide(self.key, "olga")
        self.it.until("suspended", lambda: self.it.show(self.key)["status"] == "suspended")
        self.it.stop()
        WORLD.sandbox("DELETE", "/faults")
        self.it.serve(flow(body + task("Tell"), 2, SHIFT))
        number = self.it.show(self.key)["id"]
        self.it.api("POST", f"/v1/instances/{number}/resume", {"person": "olga", "reason": "the shop is back"})
        self.it.stands(self.key, {"task.Tell": 1})

    # --- what the clause says

    # --- schedules

    def scheduled(self, rule: str) -> str:
        schedule = f"schedule Morning starts Flow(day) {{ {rule} if late start }}\n" if rule else ""
        return (f"{HEAD}\nworkflow Flow(day: Date) key day version 1 {{\n{task('Look', 'day: day')}  finish Ended(day)\n}}\n{schedule}")

    def schedules(self) -> list[dict]:
        return self.it.api("GET", "/v1/schedules")["schedules"]

    def test_a_schedule_goes_by_its_new_rule_and_nothing_is_doubled(self):
        fast = 40_000  # a second of the test is half a day
        self.it.serve(self.scheduled('every day at 12:00 zone "UTC"'), fast)
        self.it.until("it came round twice", lambda: self.schedules()[0]["started"] >= 2)
        self.it.serve(self.scheduled('every day at 15:00 zone "UTC"'), fast)
        self.it.until("it came round by the new rule", lambda: (self.schedules()[0]["last"] or {}).get("moment", "").endswith("T15:00:00Z"))
        self.it.serve(self.scheduled('every day at 15:00 zone "UTC"'), SLOW)
        row = self.schedules()[0]
        self.assertEqual((row["rule"], row["missed"], row["next"][11:]), ('every day at 15:00 zone "UTC"', 0, "15:00:00Z"))
        instances = self.it.api("GET", "/v1/instances?limit=1000")["instances"]
        self.assertEqual(len(instances), row["started"])
        came = [self.it.api("GET", f"/v1/instances/{one['id']}/history")["entries"][0]["by"]["moment"] for one in instances]
        self.assertEqual(len(set(came)), len(came))
        self.it.serve(self.scheduled(""), SLOW)
        self.assertEqual(self.schedules(), [])

    def test_a_step_with_another_name(self):
        old = flow("  step look {\n" + task("Look") + "  }\n")
        new = "  step inspect {\n" + task("Look") + task("Tell") + "  }\n"
        self.park(old, {"look.task.Look": 1})
        self.refuse(flow(new, 2), "the wait point `look.task.Look` (task) is gone")
        self.it.serve(flow("  upgrades from 1 { step look becomes inspect }\n" + new, 2, SHIFT))
        self.it.stands(self.key, {"inspect.task.Look": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["path"], "inspect.task.Look")
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"inspect.task.Tell": 1})

    def test_a_step_with_elements_and_branches_has_another_name(self):
        new = "  upgrades from 1 { step activate becomes launch }\n" + self.BIG.replace("step activate", "step launch")
        self.it.serve(flow(self.BIG))
        self.it.start(self.key)
        self.it.decide(self.key, "fay", "approve")
        self.it.stands(self.key, self.ACTIVE)
        self.it.serve(flow(new, 2, SHIFT))
        self.it.stands(self.key, {path.replace("activate", "launch"): count for path, count in self.ACTIVE.items()})
        self.it.decide(self.key, "olga", count=3)
        self.it.event("promotion.rescheduled", RetailPromotion=self.key, ValidityStartDate="2026-11-20")
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 3, "Listings.update": 1})

    def test_two_waits_that_become_one(self):
        old = flow(task("Look") + task("Check"))
        new = flow("  upgrades from 1 { wait task.Check becomes task.Look }\n" + task("Look") + task("Tell"), 2, SHIFT)
        self.park(old, {"task.Look": 1})
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Check": 1})
        self.it.serve(new)
        self.it.stands(self.key, {"task.Look": 1})
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})

    def test_a_new_value_is_given_by_the_clause(self):
        self.differs = {1: {"task.Look": {"note": "none", "most": {"amount": "7.50", "currency": "AUD"}}}}
        body = "    let note = promo.name\n    let most = AUD 5.00\n" + task("Look") + task("Tell", "note: note, most: most")
        self.park(flow(task("Look")), {"task.Look": 1})
        self.refuse(flow(body, 2), "`note` (Text(40)) is needed after the wait")
        self.it.serve(flow('  upgrades from 1 {\n    let note = "none"\n    let most = AUD 7.50\n  }\n' + body, 2, SHIFT))
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        arguments = self.it.tasks(self.key)[0]["arguments"]
        self.assertEqual((arguments["note"], "7.5" in str(arguments["most"])), ("none", True), arguments)

    SHOP = "view Shop of erp.A_Store key id {{ id: StoreId = Plant  label: Text(40) = PlantName required{} }}\n"
    CITY = "  city: Text(40) = CityName required"

    def test_a_new_value_is_read_before_who_was_moved_goes_on(self):
        body = ("    let shop = read Shop(\"1001\")\n    let stores = read promo.stores\n    let stock = read Stock(\"1001\", promo.article)\n" +
                task("Look") + task("Tell", "label: shop.label, stores: count of stores, units: stock.available"))
        shop = self.SHOP.format("")
        old = flow(task("Look") + task("Say", "article: promo.article"), declarations=shop)
        self.park(old, {"task.Look": 1})
        self.refuse(flow(body, 2, shop), "`shop` (Shop) is needed after the wait", "`let shop = reread`")
        new = flow("  upgrades from 1 {\n    let shop = reread\n    let stores = reread\n    let stock = reread\n  }\n" + body, 2, shop + SHIFT)
        self.it.serve(new)
        self.assertEqual(self.it.history(self.key, "reread"), [])  # who waits costs nothing
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual([each["value"] for each in self.it.history(self.key, "reread")], ["shop", "stores", "stock"])
        arguments = self.it.tasks(self.key)[0]["arguments"]
        self.assertEqual((arguments["label"], arguments["stores"]), ("Perth 1", 3), arguments)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def test_what_is_held_of_an_entity_is_read_again_with_what_is_new(self):
        body = "    let shop = read Shop(\"1001\")\n" + task("Look")
        self.park(flow(body + task("Tell", "label: shop.label"), declarations=self.SHOP.format("")), {"task.Look": 1})
        more = body + task("Tell", "label: shop.label, city: shop.city")
        self.refuse(flow(more, 2, self.SHOP.format(self.CITY)), "`shop` was Shop")
        self.it.serve(flow("  upgrades from 1 { let shop = reread }\n" + more, 2, self.SHOP.format(self.CITY) + SHIFT))
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"]["city"], "Perth")

    def test_what_can_not_be_read_again_suspends_and_a_later_version_reads_it(self):
        clause = "  upgrades from {} {{ let shop = reread }}\n"
        body = "    let shop = read Shop(\"1001\")\n" + task("Look") + task("Tell", "label: shop.label")
        shop = self.SHOP.format("")
        self.park(flow(task("Look"), declarations=shop), {"task.Look": 1})
        self.it.serve(flow(clause.format(1) + body, 2, shop))
        self.it.serve(flow(body, 3, shop + SHIFT))  # before it has gone on: what it is owed goes with it
        WORLD.sandbox("POST", "/faults", {"match": {"method": "GET", "path": "A_Store"}, "fault": "status", "status": 400, "times": 1000})
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")
        self.it.decide(self.key, "olga")
        shown = self.it.until("suspended", lambda: (lambda s: s if s["status"] == "suspended" else None)(self.it.show(self.key)))
        self.assertIn("`shop` could not be read again: retail.deploy.Shop of erp is invalid", shown["waits"][0]["reason"])
        WORLD.sandbox("DELETE", "/faults")
        self.it.serve(flow(clause.format(3) + body, 4, shop))
        self.it.api("POST", f"/v1/instances/{shown['id']}/resume", {"person": "olga", "reason": "the stores are back"})
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"], {"label": "Perth 1"})

    def test_a_deploy_while_something_is_read_again(self):
        clause = "  upgrades from 1 { let shop = reread }\n"
        body = "    let shop = read Shop(\"1001\")\n" + task("Look") + task("Tell", "label: shop.label")
        shop = self.SHOP.format("")
        self.park(flow(task("Look"), declarations=shop), {"task.Look": 1})
        self.it.serve(flow(clause + body, 2, shop))
        WORLD.sandbox("POST", "/faults", {"match": {"method": "GET", "path": "A_Store"}, "fault": "status", "times": 1000})
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")
        self.it.decide(self.key, "olga")
        self.it.until("backoff", lambda: [w for w in self.it.show(self.key)["waits"] if w.get("stage") == "backoff"])
        self.assertEqual(self.it.show(self.key)["waits"][0]["waitsFor"], "rereading")
        self.it.kill()
        WORLD.sandbox("DELETE", "/faults")
        self.it.serve(flow(body, 3, shop + SHIFT))
        self.it.stands(self.key, {"task.Tell": 1})
        self.assertEqual(self.it.tasks(self.key)[0]["arguments"], {"label": "Perth 1"})
        self.assertEqual(len(self.it.tasks(self.key)), 1)

    def test_what_is_read_again_may_be_needed_no_more(self):
        body = "    let shop = read Shop(\"1001\")\n" + task("Look") + task("Tell", "label: shop.label")
        shop = self.SHOP.format("")
        self.park(flow(task("Look"), declarations=shop), {"task.Look": 1})
        self.it.serve(flow("  upgrades from 1 { let shop = reread }\n" + body, 2, shop))
        WORLD.sandbox("POST", "/faults", {"match": {"method": "GET", "path": "A_Store"}, "fault": "status", "times": 1000})
        self.addCleanup(WORLD.sandbox, "DELETE", "/faults")
        self.it.decide(self.key, "olga")
        self.it.until("backoff", lambda: [w for w in self.it.show(self.key)["waits"] if w.get("stage") == "backoff"])
        self.it.serve(flow(task("Look") + task("Say"), 3, shop + SHIFT))
        self.it.stands(self.key, {"task.Say": 1})

    def test_no_condition_of_an_event_looks_at_what_is_not_read_again_yet(self):
        read = "    let stock = read Stock(\"1001\", promo.article)\n"
        wait = ("    wait for event StockBelow(store, article) where article == promo.article{} within 5 days {{ on expired {{ then continue }} }}\n")
        rest = task("Tell", "units: stock.available")
        self.park(flow(wait.format("") + task("Say")), {"event.StockBelow": 1})
        new = flow("  upgrades from 1 { let stock = reread }\n" + read + wait.format("") + rest, 2)
        self.it.serve(new)
        looks = read + wait.format(" and store == stock.store") + rest
        self.refuse(flow(looks, 3), "`stock` has not been read again yet, and the condition of an event may look at it")
        self.it.serve(new)

    # --- what is told beforehand

    def plan(self, source: str, *more: str):
        self.it.stop()
        self.it.write(source)
        done = subprocess.run([WORLD.binaries / "endcap", "plan", self.it.project, "--data", self.it.data, *more],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def test_a_plan_tells_what_a_deploy_would_do_and_changes_nothing(self):
        old = flow(task("Look") + task("Tell"))
        self.park(old, {"task.Look": 1})
        self.it.start("S-0103")
        self.it.decide("S-0103", "olga")
        self.it.stands("S-0103", {"task.Tell": 1})
        self.it.stop()
        before = contents(self.it.data)
        code, out, err = self.plan(flow(task("Look") + task("Tell") + task("More"), 2, SHIFT))
        self.assertEqual((code, out), (0, "retail.deploy.Flow version 1, task.Look: 1 stands there and goes on at task.Look of version 2\n"
                                          "retail.deploy.Flow version 1, task.Tell: 1 stands there and goes on at task.Tell of version 2\n"), err)
        code, out, err = self.plan(flow(task("Tell"), 2))
        self.assertEqual(code, 1, err)
        self.assertIn("task.Look: 1 stands there and could not go on", out)
        code, out, err = self.plan(flow(task("Tell"), 2), "--format", "json")
        report = json.loads(out)
        self.assertEqual((code, report["strands"], report["families"]), (1, True, 2))
        self.assertEqual([(place["wait_point"], place["verdict"], place["count"]) for place in report["places"]],
                         [("task.Look", "strands", 1), ("task.Tell", "maps", 1)])
        self.assertEqual(contents(self.it.data), before)
        self.it.serve(old)
        code, out, err = self.plan_of_running()
        self.assertEqual((code, out), (6, ""), err)
        self.assertIn("is in use by another daemon", err)

    def test_a_plan_tells_of_approvals_whose_people_have_left(self):
        body = "  step gate {" + LISTING + "  }\n  write online\n"
        self.park(flow(body), {"gate.online": 1})
        config = self.it.project / "endcap.toml"
        config.write_text(config.read_text().replace('FinanceManager  = ["fay"]\n', ""))
        asks_supply = POLICIES.replace("approval by FinanceManager", "approval by SupplyPlanner")
        code, out, err = self.plan(flow(body, 2, policies=asks_supply))
        self.assertEqual(code, 0, err)
        self.assertRegex(out, r"approval \d+ \(online of retail.deploy.Flow \"" + self.key + r"\"\) needs FinanceManager, and nobody could decide that")
        self.it.serve(flow(body, 2, policies=asks_supply))
        warning = "needs FinanceManager, and nobody of endcap.toml can decide that"
        self.assertEqual((self.it.folder / "log").read_text().count(warning), 1)
        self.it.serve(flow(body, 2, policies=asks_supply))  # nothing has changed: the open approvals are not read again
        self.assertEqual((self.it.folder / "log").read_text().count(warning), 1)
        config = self.it.project / "endcap.toml"
        config.write_text(config.read_text().replace('"olga"', '"olga", "otto"'))
        self.it.serve(flow(body, 2, policies=asks_supply))
        self.assertEqual((self.it.folder / "log").read_text().count(warning), 2)

    def test_a_plan_tells_of_a_calendar_that_is_another_one_under_its_version(self):
        self.park(flow(task("Look")), {"task.Look": 1})
        config = self.it.project / "endcap.toml"
        config.write_text(config.read_text().replace('open     = "09:00"', 'open     = "07:00"'))
        code, out, err = self.plan(flow(task("Look") + task("Tell"), 2))
        self.assertEqual(code, 0, err)
        self.assertIn("calendar au.trading: it is another one, with version 1 as before: changed are its opening hours\n", out)
        code, out, err = self.plan(flow(task("Look") + task("Tell"), 2), "--format", "json")
        self.assertEqual([each["calendar"] for each in json.loads(out)["calendars"]], ["au.trading"])

    def plan_of_running(self):
        done = subprocess.run([WORLD.binaries / "endcap", "plan", self.it.project, "--data", self.it.data], capture_output=True, text=True,
                              timeout=120)
        return done.returncode, done.stdout, done.stderr

    # --- what is refused

    def changed(self, old_let: str, new_let: str, *reasons: str, use: str = "value: value", **more):
        old = flow(old_let + task("Look") + task("Tell", use), **more)
        new = flow(new_let + task("Look") + task("Tell", use), 2, **more)
        self.park(old, {"task.Look": 1})
        self.refuse(new, "task.Look: 1 stands there", *reasons)
        self.it.serve(old)
        self.it.decide(self.key, "olga")
        self.it.stands(self.key, {"task.Tell": 1})

    def test_a_loop_that_stops_while_what_its_elements_run_settles(self):
        def source(version: int, declarations: str = "") -> str:
            pre = "    let pre = read Stock(store.id, promo.article)\n" if version == 2 else ""
            body = """  let stores = read promo.stores
  let given = (first of store.id for each store in stores) or else ""
  for each store in stores parallel 3 tolerate 0 {
    when store.id == given {
      task Give(store: store.id) to StoreOps within 5 business days { on expired { then continue } }
      fail GivenUp(store.id) and keep
    }
""" + pre + """    step price { run Priced(promo, store) { on Refused, NotReady { fail NoPrice(store.id) and keep } } }
""" + (task("After", "units: pre.available") if version == 2 else "") + """  } otherwise { fail TooMany(promo.id) and keep }
"""
            return flow(body, version, declarations) + self.priced(version, "  " + self.WRITE)

        self.nobody_hears_of_prices()
        self.it.serve(source(1, SHIFT))
        self.it.start(self.key)
        self.it.until("unclear", lambda: len({entry["instance"] for entry in self.it.history(self.key, "unclear")}) == 2)
        self.it.event("promotion.cancelled", RetailPromotion=self.key)
        self.it.until("leaving", lambda: [wait["waitsFor"] for wait in self.it.show(self.key)["waits"]].count("ending") == 2)
        self.it.decide(self.key, "olga")
        self.it.until("stopped", lambda: self.it.history(self.key, "tooManyFailed"))
        # What settles comes back to the elements, and these would have no place: their numbers are others now.
        self.refuse(source(2), "`pre` (StockPosition) is needed after the wait")
        WORLD.sandbox("DELETE", "/faults")
        self.it.serve(source(1, SHIFT))
        self.it.ended(self.key, "TooMany", "failed")
        self.assertEqual(self.it.effects(), {"A_PriceCondition.create": 2, "WithdrawPrice": 2})

    def test_a_value_of_another_type(self):
        self.changed("    let value = promo.name\n", "    let value = promo.article\n", "`value` was Text(40) and is ArticleId")

    def test_a_value_that_is_advice_now(self):
        read = "    let stock = read Stock(\"1001\", promo.article)\n    let value = stock.{}\n"
        self.changed(read.format("available"), read.format("forecast"), "`value` was trusted and is advice")

    def test_a_value_that_is_new(self):
        old = flow(task("Look") + task("Tell"))
        new = flow("    let note = promo.name\n" + task("Look") + task("Tell", "note: note"), 2)
        self.park(old, {"task.Look": 1})
        self.refuse(new, "`note` (Text(40)) is needed after the wait", "`let note = ...`")

    def test_a_version_that_is_not_raised(self):
        old, new = flow(task("Look")), flow(task("Look") + task("Tell"))
        self.park(old, {"task.Look": 1})
        self.refuse(new, "the version is 1 and was 1", "write `version 2`")

    def test_a_policy_with_other_facts_under_an_open_grant(self):
        body = "  step gate {" + LISTING + "  }\n  write online\n"
        other = POLICIES.replace("approval by FinanceManager otherwise",
                                 "approval by FinanceManager when promo.price > AUD 10.00\n  | forbid \"too cheap\" when promo.price <= AUD 10.00")
        self.park(flow(body), {"gate.online": 1})
        self.refuse(flow(body, 2, policies=other), "gate.online: 1 stands there", "`online` was asked for under")
        self.it.serve(flow(body))
        self.it.decide(self.key, "fay", "approve")
        self.it.ended(self.key)
        self.assertEqual(self.it.effects(), {"Listings.update": 1})

    OPERATION = """
system erp {{
  operation Note.price(promo: Promotion) is write {{
    create A_PriceCondition {{
      RetailPromotion: promo.id
      Material:        promo.article
      Plant:           "1001"
      ConditionRateValue: promo.price in ConditionCurrency
{}    }}
    keyed by ConditionReference
    owner StoreOps
  }}
}}
policy Noted governs Note.price for (promo: Promotion) {{ | approval by FinanceManager otherwise }}
"""
    NOTED = """
  step gate {
    let note = propose Note.price(promo)
    approve note under Noted as noted valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours
      on rejected, expired { fail Refused(promo.id) }
      on changed { then ask again }
    }
  }
  step wait_a_little {
""" + task("Look") + "  }\n"

    def test_an_operation_with_another_payload_under_a_grant(self):
        dated = self.OPERATION.format("      ConditionValidityStartDate: promo.launch\n")
        old = flow(self.NOTED + "  write noted\n", declarations=self.OPERATION.format(""))
        new = flow(self.NOTED + "  write noted\n", 2, dated)
        self.park(old, {"gate.noted": 1})
        self.refuse(new, "gate.noted: 1 stands there", "has another schema")
        self.it.serve(old)
        self.it.decide(self.key, "fay", "approve")
        self.it.stands(self.key, {"wait_a_little.task.Look": 1})
        self.refuse(new, "wait_a_little.task.Look: 1 stands there", "has another schema")
        self.it.serve(old)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def test_a_grant_that_nobody_holds_may_change(self):
        dated = self.OPERATION.format("      ConditionValidityStartDate: promo.launch\n")
        old = flow(self.NOTED, declarations=self.OPERATION.format(""))
        new = flow(self.NOTED, 2, dated)
        self.park(old, {"gate.noted": 1})
        self.it.decide(self.key, "fay", "approve")
        self.it.stands(self.key, {"wait_a_little.task.Look": 1})
        self.it.serve(new)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def test_an_undo_that_is_gone_while_a_write_may_be_taken_back(self):
        body = "  let stores = read promo.stores\n  step gate {" + PRICES + """  }
  for each store in stores parallel 3 { write pricing for store { on InvalidCondition, RecordLocked { then skip } } }
""" + task("Look")
        operation = """
system erp {
  operation Price.free(promo: Promotion, store: Store) is write {
    call WithdrawPrice(RetailPromotion: promo.id, Plant: store.id)
    idempotent
    owner StoreOps
  }
}
"""
        policies = POLICIES.replace("Price.withdraw for", "Price.free for")
        old = flow(body.replace("Price.withdraw", "Price.free"), declarations=operation, policies=policies)
        self.park(old, {"task.Look": 1})
        self.refuse(flow(body, 2), "what was written there can't be taken back: the operation Price.free is gone")
        self.it.serve(old)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)

    def test_a_branch_that_is_new_while_the_others_run(self):
        def body(*names):
            return "  step both together {\n" + "".join(f"    branch {n} {{\n{task(n.title())}    }}\n" for n in names) + "  }\n"
        old, new = flow(body("one", "two")), flow(body("one", "two", "three"), 2)
        self.park(old, {"both.together": 1, "both.one.task.One": 1, "both.two.task.Two": 1})
        self.refuse(new, "the branches one two", "the branches one two three")
        self.it.serve(old)
        self.it.decide(self.key, "olga", count=2)
        self.it.ended(self.key)

    def test_a_workflow_that_is_gone(self):
        old, new = flow(task("Look")), flow(task("Look")).replace("workflow Flow", "workflow Other")
        self.park(old, {"task.Look": 1})
        self.refuse(new, "the workflow is gone")
        self.it.serve(old)
        self.it.decide(self.key, "olga")
        self.it.ended(self.key)
        self.it.serve(new)  # who has ended needs nothing


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for part in ("journal", "store") for path in (folder / part).rglob("*")
            if path.is_file()}


def main() -> None:
    global WORLD, EVERYWHERE
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--once", action="store_true", help="without the second deploy, which has somebody at every wait point")
    options, rest = parser.parse_known_args()
    EVERYWHERE = not options.once
    with world.World(options.bin) as WORLD:
        WORLD.start_estate("--small-promotions", 2000)
        program = unittest.main(argv=[sys.argv[0], *rest], exit=False)
    print(dict(everywhere.TOLD))
    sys.exit(0 if program.result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
