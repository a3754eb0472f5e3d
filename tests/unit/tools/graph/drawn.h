// A workflow in the fixture project of the language tests, as a graph.
#pragma once

#include <functional>
#include <string>

#include "tests/unit/compiler/sema/checked.h"
#include "tools/graph/from_workflow.h"

namespace endcap::graph {

// `body` of `workflow Flow(promo: Promotion)`; it need not end.
inline Graph drawn(const std::string& body) {
  const sema::Checked checked(
      "use calendar office\n\nworkflow Flow(promo: Promotion) key promo.id version 3 {\n" + body +
      "\n  finish Done()\n}\n");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  return graph_of(checked.program, checked.program.workflows.back(), checked.sources);
}

// Everything a workflow can have, once.
inline constexpr const char* kEverything = R"(
  throughout {
    on event PromotionCancelled(id) where id == promo.id { fail Cancelled() and compensate }
    on event StockBelow(article, store) where article == promo.article {
      task Refill(store: store) to Clerk within 4 business hours { on expired { then skip } }
    }
  }
  let stores = read promo.stores
  let price = promo.price
  step gate {
    let prices = propose for each store in stores { Price.activate(promo, store) undo Price.withdraw(promo, store) }
    approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours            -- of the finance people's calendar
      remind after 2 business hours
      escalate to Planner after 4 business hours
      on rejected, expired { fail NotApproved() and keep }
      on changed { then ask again }
    }
  }
  step look {
    for each store in stores parallel 20 collect plans {
      let stock = read StockOf(store.id, promo.article) { on unavailable { then skip } }
      yield Plan(store: store, gap: stock.available)
    }
  }
  step go together {
    branch first {
      for each store in stores where store.region == "NSW" parallel 50 {
        wait until promo.launch at 06:00 zone store.timeZone if late skip {
          on event PromotionMoved(id, launch) where id == promo.id { then wait until launch at 06:00 zone store.timeZone }
        }
        write pricing for store { on RecordLocked { task ByHand(store: store.id) to Clerk within 1 business day { on expired { then skip } } then retry } }
      }
    }
    branch second { notify Label.print("1001", "a \"quoted\" <b>&text") }
  }
  when price > AUD 5.00 {
    wait for event PromotionMoved(id) where id == promo.id within 2 days as moved { on expired { fail Silent() and compensate } }
  } otherwise when price > AUD 2.00 { fail Cheap() and compensate }
  match promo.slogan {
    | present as words { notify Label.print("1002", words) }
    | absent { }
  }
)";

}  // namespace endcap::graph
