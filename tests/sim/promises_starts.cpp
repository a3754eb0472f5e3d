// Whoever asked for an instance has got one, and nobody else has: clients, partners, exceptions, mornings.
#include <algorithm>

#include "tests/sim/promise.h"
#include "tests/sim/promises.h"

namespace endcap::test {
namespace {

constexpr std::string_view kWaitsForTheEnd[] = {"Ask", "Mend", "Await"};  // of what they raise

// What a partner asked for is there once; what it sent was heard once by whoever waited.
void check_partners(Lived& lived) {
  std::map<std::string, size_t> begun;
  for (const Json& each : lived.instances) {
    if (each["workflow"] != "test.Hear") continue;
    if (lived.histories.came_by(each["id"])) ++begun[each["key"]];
    std::map<std::string, size_t> heard;
    for (const Json& entry : lived.histories.of(each["id"], "heard")) {
      if (entry.contains("by"))
        require(++heard[entry["id"]] == 1, "what a partner sent was heard twice: {}", entry);
    }
  }
  for (const Wish& wish : lived.wishes) {
    if (wish.what != Wish::What::PartnerBegins && wish.what != Wish::What::PartnerCancels) continue;
    require(wish.reply->value("accepted", false), "the call of a partner for {} was refused: {}", wish.id,
            *wish.reply);
    if (wish.what == Wish::What::PartnerBegins)
      require(begun[wish.id] == 1, "{} was begun {} times", wish.id, begun[wish.id]);
  }
}

// Whatever crashed, each raise counts once, in an exception that has ended; who waited was told, or gave up.
void check_exceptions(Lived& lived) {
  std::map<std::string, uint64_t> raised, wished;
  size_t came_of_it = 0, started = 0;
  for (const Json& each : lived.instances) {
    const std::string workflow = each["workflow"];
    if (each.contains("severity")) {
      raised[workflow] += each["raised"].get<uint64_t>();
      ++came_of_it;
      require(each.contains("ended"), "{} is still open", each);
    } else if ((workflow == "test.Do" || workflow == "test.Hear") && lived.histories.came_by(each["id"])) {
      ++came_of_it;
    }
  }
  for (const Wish& wish : lived.wishes) {
    if (wish.what != Wish::What::Start) continue;
    ++started;
    if (wish.workflow == "Raise" || wish.workflow == "Ask") ++wished["test.Shortfall"];
    if (wish.workflow == "Mend") ++wished["test.Repair"];
    if (wish.workflow == "Await" || wish.workflow == "Once") ++wished["test.Twin"];
    if (std::ranges::find(kWaitsForTheEnd, wish.workflow) == std::end(kWaitsForTheEnd)) continue;
    const auto told = lived.histories.count((*wish.reply)["id"], "askedEnded"),
               gave_up = lived.histories.count((*wish.reply)["id"], "expired");
    require(told + gave_up == 1, "{} was told {} times and gave up {} times", wish.id, told, gave_up);
  }
  require(lived.instances.size() == started + came_of_it, "there are instances that nobody started");
  require(raised == wished, "an exception was not raised as often as it was asked for");
}

// Each morning was started once or is told as missed; which of them, nobody but the clock decides.
void check_mornings(Lived& lived) {
  std::set<std::string> started;
  for (const Json& each : lived.instances) {
    if (each["workflow"] != "test.Do") continue;
    const Json by = lived.histories.of(each["id"], "started").at(0).value("by", Json::object());
    if (by.contains("schedule"))
      require(started.insert(by["moment"]).second, "a morning that was started twice: {}", by);
  }
  const Json& mornings = lived.mornings;
  const Instant since = instant_from_text(mornings["since"].get<std::string>()).value(),
                next = instant_from_text(mornings["next"].get<std::string>()).value();
  uint64_t came = 0;
  for (Instant each = kMonday - kDay + 6 * kHour; each < next; each += kDay) came += each >= since ? 1 : 0;
  require(mornings["started"] == started.size() && mornings["notStarted"] == 0 &&
              mornings["missed"].get<uint64_t>() + started.size() == came,
          "of {} mornings {} were started: {}", came, started.size(), mornings);
}

}  // namespace

void check_starts(Lived& lived) {
  check_partners(lived);
  check_exceptions(lived);
  check_mornings(lived);
}

}  // namespace endcap::test
