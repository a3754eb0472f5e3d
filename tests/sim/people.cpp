// People at their tasks in a simulated life: see people.h.
#include "tests/sim/people.h"

namespace endcap::test {

const char* SimulatedPeople::someone() {
  constexpr const char* kPeople[] = {"fin",  "chief", "dir",  "merch", "greedy",
                                     "both", "ops",   "olga", "omar",  "cora"};
  return kPeople[choices_.roll(std::size(kPeople))];
}

void SimulatedPeople::decide(const std::vector<Json>& tasks, bool approves) {
  using What = DecisionRequest::What;
  if (tasks.empty()) return;
  const Json& task = tasks[choices_.roll(tasks.size())];
  const uint64_t number = task["task"];
  const std::string kind = task["kind"];
  What what = answer_to(task, approves);
  if (choices_.one_in(6)) send({number, someone(), What::Delegate, "", {}, "", "", someone()});
  const auto some_count = [&](const char* field) {
    return choices_.one_in(6) ? Json{{field, "many"}}.dump() : Json{{field, 100 + choices_.roll(900)}}.dump();
  };
  std::string answers;
  if (kind == "approval" && task.contains("form") && !approves && choices_.one_in(6)) {
    what = What::Counter;
    answers = some_count("count");
  }
  if (kind == "task" && task.contains("form") && !choices_.one_in(3)) answers = some_count("counted");
  const std::string except =
      what == What::Approve && task.contains("byLine") && choices_.one_in(2) ? some_lines(number) : "";
  for (int i = choices_.one_in(5) ? 2 : 1; i > 0; --i)
    send({number, someone(), what, "seen", {}, answers, except});
}

DecisionRequest::What SimulatedPeople::answer_to(const Json& task, bool approves) {
  using What = DecisionRequest::What;
  const std::string kind = task["kind"];
  if (kind == "outcome")  // people look, and say what is true
    return estate_.has_seen(task["arguments"].value("key", "")) ? What::Approve : What::Reject;
  if (kind == "task" || kind == "undo") return What::Done;
  return !approves && choices_.one_in(4) ? What::Reject : What::Approve;
}

// Lines that somebody refuses; now and then one that is not there.
std::string SimulatedPeople::some_lines(uint64_t task) {
  Json lines = Json::array();
  const auto shown = world_.engine().lines(task, "", 0);
  if (!shown) return "";
  const Json page = Json::parse(*shown);
  for (const Json& line : page["lines"]) {
    if (choices_.one_in(3)) lines.push_back(line["target"]);
  }
  if (choices_.one_in(10)) lines.push_back("S99");
  return lines.dump();
}

void SimulatedPeople::send(DecisionRequest request) {
  constexpr const char* kTold[] = {"approves", "rejects", "has done", "hands on", "counters"};
  trace_.tell("{} {} task {} {}{}{}", request.person, kTold[static_cast<size_t>(request.what)], request.task,
              request.to, request.answers, request.except);
  world_.input().decide(std::move(request));
}

}  // namespace endcap::test
