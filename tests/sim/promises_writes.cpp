// What was written in other systems: once, after an approval, and taken back where it had to be.
#include <algorithm>

#include "tests/sim/promise.h"
#include "tests/sim/promises.h"

namespace endcap::test {
namespace {

bool undo_was_refused(Lived& lived, const Wish& wish, const std::string& target) {
  const auto closed = lived.world.tasks({{"status", "closed"}, {"key", wish.id}, {"limit", 1000}});
  return std::ranges::any_of(closed, [&](const Json& task) {
    return task["kind"] == "undo" && task["arguments"].value("target", "") == target;
  });
}

void check_target(Lived& lived, const Wish& wish, const std::string& outcome, const std::string& target) {
  const std::string activate = fmt::format("activate {} {}", wish.id, target),
                    withdraw = fmt::format("withdraw {} {}", wish.id, target);
  const size_t activated = lived.estate.count(activate), withdrawn = lived.estate.count(withdraw);
  if (lived.program.operations[0].strategy != abi::Strategy::Idempotent)
    require(activated <= 1, "\"{}\" took effect {} times", activate, activated);
  if (outcome == "Rejected" || outcome == "Expired")
    require(activated == 0, "{} without an approval", activate);
  // Inner fails, and takes back what it wrote; Nest is done, and keeps what it wrote. So does Place, for S3.
  const bool inner_failed = outcome == "Done" && ((wish.workflow == "Nest" && target != "A") ||
                                                  (wish.workflow == "Spread" && target == "S3"));
  // A store without stock failed alone; one that was skipped instead has not been written or not been asked.
  const bool alone =
      (wish.workflow == "Tolerant" || wish.workflow == "Spread") && lived.estate.is_out(target);
  if (outcome == "Done" && !inner_failed)
    require(alone || withdrawn == 0, "{} although it is done", withdraw);
  if (outcome == "Done" && withdrawn > 0) require(activated > 0, "{} of nothing", withdraw);
  if ((outcome != "Cancelled" && !inner_failed) || activated == 0) return;
  const bool left_to_people =
      !lived.estate.came_before(activate, withdraw) && undo_was_refused(lived, wish, target);
  require(withdrawn > 0 || left_to_people, "{} is missing", withdraw);
  require(left_to_people || lived.estate.came_before(activate, withdraw), "{} came after it was taken back",
          activate);
}

}  // namespace

void check_writes(Lived& lived, const Wish& wish, const Json& shown) {
  const std::string outcome = shown["outcome"]["name"];
  const std::vector<std::string> lettered{"A", "B", "C", "D"};
  const bool by_letter = wish.workflow == "Chain" || wish.workflow == "Nest" || wish.workflow == "Spend";
  if (wish.workflow == "Twice") return check_target(lived, wish, outcome, "A");
  for (const std::string& target : by_letter ? lettered : lived.estate.stores())
    check_target(lived, wish, outcome, target);
}

}  // namespace endcap::test
