// Histories have no gaps: each begins with its start and ends with its end, time never goes back in it, and
// whatever was parked was woken by what it waited for. Deadlines were kept, or passed late and told with both
// moments.
#include <algorithm>
#include <optional>

#include "tests/sim/promise.h"
#include "tests/sim/promises.h"

namespace endcap::test {
namespace {

Instant moment(const Json& text) { return instant_from_text(text.get<std::string>()).value(); }

bool is_one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

// What one machine of a family waits for.
struct Wait {
  bool until = false;  // a moment; else an event, within
  Instant at = 0;
};

// Follows one history, entry by entry.
class Followed {
 public:
  void entry(const Json& entry) {
    const std::string kind = entry["kind"];
    const Instant time = moment(entry["time"]);
    const uint64_t number = entry["number"];
    require(number > number_ && time >= time_, "a history that goes back: {}", entry);
    number_ = number, time_ = time;
    require((kind == "started") == (entries_++ == 0), "a start in the wrong place: {}", entry);
    // What is told of a family that has ended: who raised or awaited it too late, and undos that people do.
    require(!ended_ || is_one_of(kind, {"taskDone", "raisedAgain", "awaited", "notStarted"}),
            "it has ended before: {}", entry);
    if (is_one_of(kind, {"ending", "finished", "failed"})) waits_.clear();
    if (is_one_of(kind, {"finished", "failed"})) ended_ = true;
    if (entry.contains("instance")) of_machine(entry["instance"], kind, time, entry);
  }
  void end() const {
    require(ended_, "a history without an end");
    require(waits_.empty(), "{} that were parked were never woken", waits_.size());
  }

 private:
  void of_machine(uint64_t instance, const std::string& kind, Instant time, const Json& entry) {
    // These come to a machine that waits, and leave it waiting.
    if (is_one_of(kind,
                  {"due", "late", "doneLate", "upgraded", "suspended", "quarantined", "resumed", "handling",
                   "guardFaulted", "handlerFailed", "raisedAgain", "awaited", "notStarted", "taskDone"}))
      return;
    const auto found = waits_.find(instance);
    if (found != waits_.end()) {  // whatever it tells next, it has been woken
      const Wait wait = found->second;
      waits_.erase(found);
      if (is_one_of(kind, {"heard", "askedEnded"})) return;
      require(wait.until || kind == "expired", "woken by nothing: {}", entry);
      require(time >= wait.at, "woken before {}: {}", instant_to_text(wait.at), entry);
    }
    if (kind != "waits") return;
    const bool until = entry.contains("until");
    waits_[instance] = {until, moment(until ? entry["until"] : entry["within"]["at"])};
  }

  size_t entries_ = 0;
  uint64_t number_ = 0;
  Instant time_ = 0;
  bool ended_ = false;
  std::map<uint64_t, Wait> waits_;  // by the number of the machine
};

}  // namespace

void check_histories(Lived& lived) {
  for (const Json& each : lived.instances) {
    Followed followed;
    for (const Json& entry : lived.histories.of(each["id"])) followed.entry(entry);
    followed.end();
  }
}

// Nobody decides after a deadline, nothing expires before it, and no step is told late that was not due.
void check_deadlines(Lived& lived) {
  for (const Json& task : lived.world.tasks({{"status", "closed"}, {"limit", 1000}})) {
    if (!task.contains("deadline")) continue;
    const Instant deadline = moment(task["deadline"]);
    require(task["status"] != "expired" || moment(task["closed"]) >= deadline, "expired early: {}", task);
    for (const Json& each : task.value("decisions", Json::array()))
      require(moment(each["time"]) < deadline, "decided after its deadline: {}", task);
  }
  for (const Json& each : lived.instances) {
    for (const Json& entry : lived.histories.of(each["id"])) {
      if (is_one_of(entry["kind"].get<std::string>(), {"late", "doneLate"}))
        require(moment(entry["time"]) >= moment(entry["due"]), "late too early: {}", entry);
    }
  }
}

}  // namespace endcap::test
