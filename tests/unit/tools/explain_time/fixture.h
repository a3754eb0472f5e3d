// A workflow of the language tests' project, explained.
#pragma once

#include "tests/unit/tools/testing/fixture.h"
#include "tools/explain_time/explain.h"

namespace endcap::explain {

// Asks in business time, then waits for each store's own morning.
inline const std::string kOpening = R"(
use calendar office
workflow Opening(promo: Promotion) key promo.id {
  throughout {
    on event PromotionCancelled(id) where id == promo.id { fail Cancelled(promo.id) and compensate }
  }
  let stores = read promo.stores
  let prices = propose for each store in stores {
    Price.activate(promo, store) undo Price.withdraw(promo, store)
  }
  step gate {
    approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours
      remind after 2 business hours
      escalate to Planner after 4 business hours
      on rejected { fail Refused(promo.id) and keep }
      on expired  { fail NoAnswer(promo.id) and keep }
      on changed  { then ask again }
    }
  }
  step act {
    for each store in stores parallel 10 {
      wait until promo.launch at 06:00 zone store.timeZone if late continue
      write pricing for store {
        on RecordLocked {
          task Unlock(store: store.id) to Clerk within 2 business days { on expired { then skip } }
          then retry
        }
      }
    }
  }
  finish Opened(promo.id)
}
)";

inline const std::string kStory = R"(
test "two cities" {
  given Store(id: "1001", name: "George Street", region: "NSW", timeZone: "Australia/Sydney")
  given Store(id: "6001", name: "Hay Street", region: "WA", timeZone: "Australia/Perth")
  given Promotion(id: "P-1", article: "AC-100", price: AUD 100.00, landedCost: AUD 91.00, launch: 2026-12-01,
                  end: 2026-12-14, stores: every Store)
  start Opening(Promotion("P-1")) at 2026-11-20 14:00 zone "Australia/Sydney"
  expect gate.pricing asked of Finance
}
)";

inline std::expected<Explanation, Refused> explained(std::vector<std::string> given, Question question = {},
                                                     const std::string& subject = kOpening + kStory) {
  CheckedProject project = testing::checked(subject);
  question.given = std::move(given);
  return explain_time(project, question);
}

// The lines without what was made up and what is told above them.
inline std::string timeline(std::vector<std::string> given, Question question = {},
                            const std::string& subject = kOpening + kStory) {
  const auto told = explained(std::move(given), std::move(question), subject);
  if (!told) return told.error().why;
  const std::string text = human_text(*told);
  return text.substr(text.find("\n\n") + 2);
}

}  // namespace endcap::explain
