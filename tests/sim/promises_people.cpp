// What people said is what happens, and only of those who may say it.
#include <algorithm>
#include <optional>
#include <utility>

#include "tests/sim/promise.h"
#include "tests/sim/promises.h"

namespace endcap::test {
namespace {

// What was handed to somebody nobody else has decided or done for that role, until it was escalated.
void check_delegations(Lived& lived, uint64_t instance) {
  std::map<std::pair<uint64_t, std::string>, std::string> has;  // by task and role
  for (const Json& entry : lived.histories.of(instance)) {
    const std::string kind = entry["kind"];
    if (kind == "escalated")
      std::erase_if(has, [&](const auto& each) { return each.first.first == entry["task"]; });
    if (kind == "delegated") has[{entry["task"], entry["role"]}] = entry["to"];
    if (kind != "decided" && kind != "taskDone") continue;
    const auto found = has.find({entry["task"], entry["role"]});
    const std::string whose = entry.value("covers", entry["person"].get<std::string>());
    if (found == has.end()) continue;
    require(found->second == whose, "{} decided what was handed to {}: {}", whose, found->second, entry);
  }
}

// What somebody refused is never written, whoever else accepted it and whatever changed since.
void check_refused(Lived& lived, const Wish& wish, uint64_t id) {
  std::set<std::string> refused;
  for (const Json& each : lived.histories.of(id, "decided")) {
    for (const Json& line : each.value("except", Json::array())) refused.insert(line["target"]);
  }
  for (const std::string& target : refused)
    require(lived.estate.count(fmt::format("activate {} {}", wish.id, target)) == 0,
            "{} of {} was refused and written", target, wish.id);
  for (const Json& each : lived.histories.of(id, "lineRefused"))
    require(refused.contains(each["target"]), "a line that nobody refused: {}", each);
  const auto asked = lived.histories.of(id, "asked"), granted = lived.histories.of(id, "granted");
  if (asked.empty() || granted.empty() || granted[0]["task"] != asked[0]["task"]) return;
  require(
      granted[0]["leaves"].get<uint64_t>() + granted[0].value("refused", uint64_t{0}) == asked[0]["leaves"],
      "lines that were neither granted nor refused: {}", granted[0]);
}

// What was countered went on with the offer, and nothing of it was granted or written.
void check_countered(Lived& lived, const Wish& wish, const Json& shown) {
  const auto offers = lived.histories.of(shown["id"], "countered");
  if (offers.empty()) return;
  require(offers.size() == 1 && lived.histories.count(shown["id"], "granted") == 0,
          "countered, and granted too: {}", shown);
  const Json& outcome = shown["outcome"];
  if (outcome["name"] == "Rejected")
    require(outcome["value"] == offers[0]["offer"], "another offer than was made: {}", shown);
  for (const std::string& target : lived.estate.stores())
    require(lived.estate.count(fmt::format("activate {} {}", wish.id, target)) == 0,
            "{} of {} was countered and written", target, wish.id);
}

// What was filled in is what the workflow went on with.
void check_answer(Lived& lived, const Json& shown) {
  if (shown["outcome"]["name"] != "Done") return;
  const auto done = lived.histories.of(shown["id"], "taskDone");
  require(done.size() == 1 && done[0]["answers"]["counted"] == shown["outcome"]["value"]["count"],
          "another answer than was given: {}", shown);
}

// Whoever tried: it was done by one of those who answer for that side, the director once it was escalated.
void check_visit(Lived& lived, const Wish& wish, const Json& shown) {
  const auto done = lived.histories.of(shown["id"], "taskDone");
  require(done.size() == (shown["outcome"]["name"] == "Done" ? 1 : 0), "a visit nobody did: {}", shown);
  if (done.empty()) return;
  const bool west = side_of(wish.id) == "west";
  const std::string person = done[0]["person"];
  const bool escalated = lived.histories.count(shown["id"], "escalated") > 0;
  require(person == (west ? "olga" : "ops") || (west && escalated && person == "dir"),
          "{} did {}, which is not theirs", person, wish.id);
}

}  // namespace

void check_people(Lived& lived, const Wish& wish, const Json& shown) {
  check_delegations(lived, shown["id"]);
  if (wish.workflow == "Launch") {
    check_refused(lived, wish, shown["id"]);
    check_countered(lived, wish, shown);
  }
  if (wish.workflow == "Do") check_answer(lived, shown);
  if (wish.workflow == "Visit") check_visit(lived, wish, shown);
}

// Who is away has decided nothing, and whoever decided in somebody's place covered them then.
void check_absences(Lived& lived) {
  const Absences& absences = lived.world.options.absences;
  for (const Json& task : lived.world.tasks({{"status", "closed"}, {"limit", 1000}})) {
    std::set<std::string> said;
    for (const Json& each : task.value("decisions", Json::array())) {
      const Instant time = instant_from_text(each["time"].get<std::string>()).value();
      const std::string person = each["person"], whose = each.value("covers", person);
      require(!absence_of(absences, person, time), "{} was away: {}", person, task);
      require(decider_for(absences, whose, time) == person, "{} decided for {}: {}", person, whose, task);
      require(said.insert(person).second, "one of four eyes twice: {}", task);
      require(whose == person || said.insert(whose).second, "a say that counted twice: {}", task);
    }
  }
}

}  // namespace endcap::test
