// What every simulated life must come to: see promises.h.
#include "tests/sim/promises.h"

#include <algorithm>

#include "tests/sim/promise.h"

namespace endcap::test {

const std::vector<Json>& Histories::of(uint64_t instance) {
  auto [found, fresh] = read_.try_emplace(instance);
  if (fresh) found->second = world_.history(instance);
  return found->second;
}

std::vector<Json> Histories::of(uint64_t instance, std::string_view kind) {
  std::vector<Json> found;
  std::ranges::copy_if(of(instance), std::back_inserter(found),
                       [&](const Json& entry) { return entry.at("kind") == kind; });
  return found;
}

size_t Histories::count(uint64_t instance, std::string_view kind) {
  return static_cast<size_t>(
      std::ranges::count_if(of(instance), [&](const Json& entry) { return entry.at("kind") == kind; }));
}

bool Histories::came_by(uint64_t instance) {
  const auto started = of(instance, "started");
  return !started.empty() && started[0].contains("by");
}

namespace {

// Its step is late, whatever happens, and told so once.
void check_late(Lived& lived, const Wish& wish, const Json& shown) {
  const uint64_t id = shown["id"];
  require(lived.histories.count(id, "late") == 1 && lived.histories.count(id, "doneLate") == 1,
          "{} was not late once", wish.id);
  require(!shown.contains("late"), "{} is late although it has ended", wish.id);
}

// Each combination that matches was begun once and no other, in whichever step it crashed.
void check_sweep(Lived& lived, const Wish& wish, const Json& shown) {
  const Swept expected = swept_of(wish.id);
  require(shown["outcome"]["name"] == "Done" && shown["outcome"]["value"]["count"] == expected.collected(),
          "a sweep that has not found what matches: {}", shown);
  const auto joined = lived.histories.of(shown["id"], "joined");
  require(joined.size() == 1 && joined[0]["count"] == expected.matching(), "a sweep over something else: {}",
          shown);
  require(lived.histories.count(shown["id"], "swept") == (expected.outer * expected.inner == 0 ? 0 : 1),
          "swept: {}", shown);
}

}  // namespace

void check_promises(Lived lived) {
  for (const Wish& wish : lived.wishes) {
    if (wish.what != Wish::What::Start) continue;
    require(wish.reply->contains("id"), "the start of {} was refused: {}", wish.id, *wish.reply);
    const Json shown = lived.world.show(std::to_string((*wish.reply)["id"].get<uint64_t>()), "");
    const std::string status = shown.value("status", "missing");
    require(status == "finished" || status == "failed", "{} {} is {}: {}", wish.workflow, wish.id, status,
            shown);
    check_writes(lived, wish, shown);
    check_people(lived, wish, shown);
    if (wish.workflow == "Late") check_late(lived, wish, shown);
    if (wish.workflow == "Sweep") check_sweep(lived, wish, shown);
  }
  check_absences(lived);
  check_starts(lived);
  check_money(lived);
  check_histories(lived);
  check_deadlines(lived);
  check_nothing_left(lived.world);
}

}  // namespace endcap::test
