// Around a route and a sync: see online_life.h.
#include "tests/sim/online_life.h"

#include <algorithm>

#include "tests/sim/promise.h"

namespace endcap::test {
namespace {

constexpr size_t kStores = 5;
constexpr Duration kArrivesWithin = 9 * kSecond;  // less than a system needs to settle

bool can_be_told(const Json& count) {
  const int64_t value = count["count"];
  return value >= 0 && value != 13 && value < 1000;
}

}  // namespace

OnlineLife::OnlineLife(Online& online, World& world, Choices& choices, const bool& calm, const Trace& trace)
    : online_(online), world_(world), choices_(choices), calm_(calm), trace_(trace) {
  const size_t stores = 1 + roll(kStores);
  for (size_t i = 0; i < stores; ++i) online_.stores["S" + std::to_string(i)] = "NSW";
}

// ---------------------------------------------------------------- the other systems

bool OnlineLife::writes(const CallRequest& request) const {
  return request.what == CallRequest::What::Operation && request.target != online_.list_operation;
}

std::optional<CallResult> OnlineLife::answer(const CallRequest& request) {
  using Kind = CallResult::Kind;
  land();
  if (!calm_ && one_in(12)) return CallResult{Kind::Unavailable};
  if (!calm_ && one_in(10)) {
    if (writes(request)) left_alone(request, kArrivesWithin);
    return CallResult{Kind::Ambiguous};
  }
  if (!calm_ && one_in(25)) return CallResult{writes(request) && one_in(2) ? Kind::Rejected : Kind::Invalid};
  if (!calm_ && one_in(3)) {
    if (!writes(request) && request.what != CallRequest::What::Ask && one_in(2))
      early_[request.call] = online_.answered(request);
    return std::nullopt;
  }
  return online_.answered(request);
}

CallResult OnlineLife::answer_late(const CallRequest& request) {
  land();
  if (const auto early = early_.extract(request.call); !early.empty()) return early.mapped();
  CallResult result = online_.answered(request);
  if (!calm_ && writes(request) && one_in(6)) result.kind = CallResult::Kind::Ambiguous;
  return result;
}

void OnlineLife::left_alone(const CallRequest& request, Duration at_most) {
  early_.erase(request.call);
  if (!writes(request)) return;
  const uint64_t fate = roll(at_most > 0 ? 3 : 2);
  if (fate == 0) online_.effect(request);
  if (fate == 2)
    landing_.push_back({world_.now + static_cast<Duration>(roll(static_cast<uint64_t>(at_most))), request});
}

void OnlineLife::land() {
  for (const auto& [when, request] : landing_) {
    if (when <= world_.now) online_.effect(request);
  }
  std::erase_if(landing_, [this](const auto& each) { return each.first <= world_.now; });
}

// ---------------------------------------------------------------- what happens

void OnlineLife::chaos() {
  const auto any_store = [&] { return "S" + std::to_string(roll(kStores)); };
  switch (roll(6)) {
    case 0: {
      const std::string id = "N-" + std::to_string(++counts_);
      const int64_t count = std::vector<int64_t>{-1, 13, 1000, 5, 6, 7, 8, 9}[roll(8)];
      told_.push_back({"n" + id, "retail.counted", {{"id", id}, {"count", count}}});
      return;
    }
    case 1:
      return change(any_store(), std::vector<const char*>{"NSW", "QLD", "secret", "none"}[roll(4)],
                    !one_in(4));
    case 2:
      if (one_in(3)) {
        const std::string id = any_store();
        online_.listed[id] = "astray";
        told_of_.erase(id);
      }
      return;
    case 3:
      return settle_held(false);
    default:
      if (told_.empty()) return;
      Told& event = told_[roll(told_.size())];
      if (world_.now < kMonday + 25 * kDay && (!event.accepted || one_in(4))) send(event);
  }
}

void OnlineLife::change(const std::string& id, const std::string& region, bool told) {
  online_.stores[id] = region;
  told_of_.erase(id);
  if (!told) return;
  told_of_.insert(id);
  told_.push_back({fmt::format("c{}", told_.size()), "retail.store_changed", {{"id", id}}});
}

void OnlineLife::send(Told& event) {
  const size_t place = static_cast<size_t>(&event - told_.data());
  trace_.tell("{} {} {} is sent", event.id, event.type, trace_ ? event.data.dump() : "");
  world_.input().event({"/estate", event.id, event.type, event.data.dump(),
                        [this, place](std::expected<std::string, Refusal> result) {
                          if (result) told_[place].accepted = true;  // else: not known, asks again
                        }});
}

// What may never be told is given up; the rest is sent again.
void OnlineLife::settle_held(bool all) {
  const Json held = Json::parse(world_.engine().held("", 0, 100).value())["held"];
  for (const Json& each : held) {
    if (!all && !one_in(4)) continue;
    constexpr const char* kPeople[] = {"ops", "olga", "omar", "fin", "nobody"};
    const bool drops = each.contains("data") && !can_be_told(each["data"]);
    trace_.tell("what is held is settled: {}", trace_ ? each.dump() : "");
    world_.input().settle_held(
        {each["item"], all ? "ops" : kPeople[roll(std::size(kPeople))], drops, "as it should be", {}});
  }
}

// ---------------------------------------------------------------- what came of it

bool OnlineLife::at_rest() {
  if (world_.engine().busy()) return false;  // what was taken in before a crash may be on no list yet
  if (!std::ranges::all_of(told_, &Told::accepted)) return false;
  const Json shown = Json::parse(world_.engine().routes().value());
  for (const char* list : {"routes", "syncs"}) {
    for (const Json& each : shown[list]) {
      if (each["waiting"] != 0 || each["onTheirWay"] != 0 || each["held"] != 0) return false;
      if (each.contains("reconciliation") && each["reconciliation"].contains("now")) return false;
    }
  }
  return true;
}

void OnlineLife::calm_down() {
  const std::map<std::string, std::string> stores = online_.stores;
  for (const auto& [id, region] : stores) {
    if (region == "secret" || region == "none") change(id, "QLD", true);
  }
}

void OnlineLife::check_told() const {
  const bool once = online_.program.operations[online_.count_operation].strategy != abi::Strategy::Idempotent;
  for (const Told& event : told_) {
    if (event.type != "retail.counted") continue;
    const std::string line =
        fmt::format("{} {}", event.data["id"].get<std::string>(), event.data["count"].dump());
    const auto times = std::ranges::count(online_.counted, line);
    const bool right = !can_be_told(event.data) ? times == 0 : once ? times == 1 : times >= 1;
    require(right, "\"{}\" was carried {} times", line, times);
  }
  check_stores(true);
}

void OnlineLife::check_stores(bool only_told) const {
  for (const auto& [id, region] : online_.stores) {
    if (only_told && !told_of_.contains(id)) continue;
    const auto found = online_.listed.find(id);
    require(found != online_.listed.end() && found->second == region, "{} is in {} and the shop has {}", id,
            region, found == online_.listed.end() ? "nothing of it" : found->second);
  }
}

}  // namespace endcap::test
