// The ERP in a simulated life: see estate_life.h.
#include "tests/sim/estate_life.h"

#include <algorithm>

#include "tests/sim/promise.h"

namespace endcap::test {
namespace {

constexpr Duration kArrivesLate = 9 * kSecond;  // less than a system needs to settle

abi::Strategy strategy_of(const CallRequest& request) {
  return request.program->operations[request.target].strategy;
}

}  // namespace

EstateLife::EstateLife(Retail& retail, Choices& choices, const bool& calm, const Trace& trace)
    : retail_(retail), choices_(choices), calm_(calm), trace_(trace), estate_(retail) {
  estate_.stores.clear();
  const uint64_t stores = 1 + choices.roll(6);
  for (uint64_t i = 0; i < stores; ++i) estate_.stores.push_back("S" + std::to_string(i + 1));
  for (const std::string& store : estate_.stores) {
    if (choices.one_in(3)) out_.insert(store);
  }
}

bool EstateLife::is_effect(const CallRequest& request, const std::string& line) const {
  return request.what == CallRequest::What::Operation && !line.starts_with("Stock");
}

std::optional<CallResult> EstateLife::answer(const CallRequest& request, Instant now) {
  using Kind = CallResult::Kind;
  land(now);
  const std::string line = estate_.line(request);
  const bool effectful = is_effect(request, line);
  if (line == "promotion") estate_.cost = cost_of(request);
  if (!calm_ && choices_.one_in(12)) return CallResult{Kind::Unavailable};
  if (!calm_ && choices_.one_in(10)) {
    if (effectful) happens_perhaps(request, line, now, kArrivesLate);
    return CallResult{Kind::Ambiguous};
  }
  // What was done already may be refused too: the record is locked, by the first attempt.
  if (!calm_ && effectful && choices_.one_in(25)) return CallResult{Kind::Rejected};
  if (line.starts_with("Stock ") && is_out(line.substr(6))) return CallResult{Kind::Rejected};
  if (!calm_ && choices_.one_in(3)) return std::nullopt;
  return now_done(request, line, effectful);
}

CallResult EstateLife::answer_late(const CallRequest& request, Instant now) {
  using Kind = CallResult::Kind;
  land(now);
  const std::string line = estate_.line(request);
  const bool effectful = is_effect(request, line);
  if (line == "promotion") estate_.cost = cost_of(request);
  if (line.starts_with("Stock ") && is_out(line.substr(6))) return CallResult{Kind::Rejected};
  CallResult result = now_done(request, line, effectful);
  if (effectful && choices_.one_in(6)) result.kind = Kind::Ambiguous;
  return result;
}

CallResult EstateLife::now_done(const CallRequest& request, const std::string& line, bool effectful) {
  using Kind = CallResult::Kind;
  if (request.what == CallRequest::What::Ask)
    return CallResult{committed_.contains(request.key) ? Kind::Ok : Kind::NotDone};
  if (!effectful) return *estate_(request);
  commit(request, line);
  return CallResult{};
}

void EstateLife::left_alone(const CallRequest& request, Instant now) {
  const std::string line = estate_.line(request);
  if (is_effect(request, line))
    happens_perhaps(request, line, now, request.now + request.timeout + kArrivesLate - now);
}

// Where a person is asked, who looks has seen all: nothing arrives later.
void EstateLife::happens_perhaps(const CallRequest& request, const std::string& line, Instant now,
                                 Duration at_most) {
  const bool arrives_later = strategy_of(request) != abi::Strategy::Unsafe && at_most > 0;
  const uint64_t fate = choices_.roll(arrives_later ? 3 : 2);
  if (fate == 0) commit(request, line);
  if (fate == 2)
    landing_.push_back({now + static_cast<Duration>(choices_.roll(static_cast<uint64_t>(at_most))), request});
  constexpr const char* kFates[] = {"has happened", "never happens", "arrives later"};
  trace_.tell("a request without an answer {}: {}", kFates[fate], line);
}

void EstateLife::land(Instant now) {
  for (const auto& [when, request] : landing_) {
    if (when <= now) commit(request, estate_.line(request));
  }
  std::erase_if(landing_, [now](const auto& each) { return each.first <= now; });
}

void EstateLife::commit(const CallRequest& request, const std::string& line) {
  const bool keyed = strategy_of(request) == abi::Strategy::Keyed;
  if (keyed && committed_.contains(request.key)) return;
  committed_.insert(request.key);
  effects_[line].push_back(++effects_so_far_);
  trace_.tell("the ERP has done: {}", line);
}

int64_t EstateLife::cost_of(const CallRequest& request) const {
  abi::Arena arena;
  const abi::Cell key =
      abi::unpack_value(request.program->types, retail_.payload_id, request.payload, arena).value();
  const auto found =
      costs_.find(std::string(arena.text(arena.cells(static_cast<abi::Reference>(key.bits))[0])));
  return found == costs_.end() ? 0 : found->second;
}

// Nobody waits for a request whose key is known there, nor for a notification: told twice is told.
void EstateLife::check_at_rest() {
  for (const auto& [when, request] : landing_) {
    const bool keyed = strategy_of(request) == abi::Strategy::Keyed;
    const bool writes =
        request.program->operations[request.target].operation_class == abi::OperationClass::Write;
    require((keyed && committed_.contains(request.key)) || !writes,
            "a request is still on its way when everything has come to rest");
  }
  landing_.clear();
}

size_t EstateLife::count(const std::string& line) const {
  const auto found = effects_.find(line);
  return found == effects_.end() ? 0 : found->second.size();
}

bool EstateLife::came_before(const std::string& line, const std::string& other) const {
  const auto first = effects_.find(line), second = effects_.find(other);
  if (second == effects_.end()) return false;
  return first == effects_.end() || first->second.back() < second->second.back();
}

}  // namespace endcap::test
