// Calls to other systems: recorded before they are made, tried again with the same key, and never assumed to
// have failed when they may have taken effect.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/engine/history.h"
#include "runtime/engine/packed_json.h"
#include "runtime/engine/partition.h"
#include "runtime/engine/write_keys.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

using Purpose = rows::Pending::Purpose;
using Stage = rows::Pending::Stage;
using Result = CallResult::Kind;

constexpr uint32_t kAttempts = 5;         // of a system that says nothing else
constexpr uint32_t kAmbiguousFactor = 4;  // so many times as long, before a person is asked what happened
constexpr Duration kBackoffFirst = kSecond;
constexpr Duration kBackoffMost = 2 * kMinute;
constexpr Duration kTimeout = 30 * kSecond;
constexpr Duration kTurnMax = kMinute;  // a write's facts are looked at no longer before it leaves
constexpr Duration kSettle =
    10 * kSecond;  // after an attempt was given up, its request may still arrive for so long

bool has_effect(Purpose purpose) {
  return purpose == Purpose::Write || purpose == Purpose::Notify || purpose == Purpose::Undo ||
         purpose == Purpose::Carry;
}

std::string_view outcome_of(const Input& input) {
  switch (input.tag) {
    case abi::Ok:
      return "ok";
    case abi::Rejected:
      return "rejected";
    case abi::Unavailable:
      return "unavailable";
    case abi::Changed:
      return "not sent: the facts of its grant have changed";
    case abi::Expired:
      return "not sent: its grant has expired";
    case abi::Refused:
      return "not sent: a person refused it";
    default:
      return "invalid";
  }
}

uint64_t mix(uint64_t value) {  // splitmix64
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

}  // namespace

// ---------------------------------------------------------------- what a call is about

const abi::Operation* Partition::operation_of(const rows::Pending& call) const {
  const bool is_operation = static_cast<CallRequest::What>(call.what) == CallRequest::What::Operation;
  return is_operation ? &program().operations[call.target] : nullptr;
}

const abi::System& Partition::system_of(const rows::Pending& call) const {
  uint32_t view = call.target;
  if (const abi::Operation* operation = operation_of(call)) return program().systems[operation->system];
  if (static_cast<CallRequest::What>(call.what) == CallRequest::What::Navigation)
    view = program().navigations[call.target].to_view;
  return program().systems[program().views[view].system];
}

std::string Partition::target_name(const rows::Pending& call) const {
  if (call.purpose == Purpose::Ask) return advisor_of(call).name;
  if (const abi::Operation* operation = operation_of(call)) return operation->name;
  if (static_cast<CallRequest::What>(call.what) == CallRequest::What::View)
    return program().views[call.target].name;
  const abi::Navigation& navigation = program().navigations[call.target];
  return program().views[navigation.from_view].name + "." + navigation.name;
}

namespace {

struct JsonMembers {
  void put(std::string_view name, uint64_t value) { json[std::string(name)] = value; }
  void put(std::string_view name, std::string_view text) { json[std::string(name)] = text; }
  void put_packed(std::string_view name, const abi::Types& types, abi::TypeId type, std::string_view value) {
    json[std::string(name)] = Json::parse(abi::packed_to_json(types, type, value));
  }
  Json json = Json::object();
};

}  // namespace

template <typename Told>
void Partition::tell_call(const rows::Pending& call, Told& told) const {
  told.put("call", call.number);
  told.put("operation", std::string_view(target_name(call)));
  told.put("system", std::string_view(system_of(call).name));
  if (!call.leaf_target.empty()) told.put("target", std::string_view(call.leaf_target));
  if (!call.key.empty()) told.put("key", std::string_view(call.key));
  told.put("attempt", uint64_t{call.attempt});
  if (has_effect(call.purpose) && call.payload_type != abi::kNoType)
    told.put_packed("payload", types(), call.payload_type, call.payload);
}

Json Partition::call_json(const rows::Pending& call) const {
  JsonMembers members;
  tell_call(call, members);
  return std::move(members.json);
}

// What came of a call. Thousands a second: no JSON is built on the way.
void Partition::note_call(const rows::Pending& call, const char* kind, uint64_t instance, const Input& input,
                          const std::string& message) {
  std::vector<packed::Elsewhere> elsewhere;
  if (call.purpose == Purpose::Notify)
    elsewhere.push_back({"key", notify_key(state_.folder, call.root, call.number), history::NotifyKey});
  packed::Members details(now_, std::move(elsewhere));
  tell_call(call, details);
  details.put("outcome", outcome_of(input));
  const abi::Operation* operation = operation_of(call);
  if (input.tag == abi::Rejected && operation != nullptr && input.detail < operation->rejections.size())
    details.put("rejection", std::string_view(operation->rejections[input.detail]));
  if (!message.empty()) details.put("message", std::string_view(message));
  keep(history::entry_of(now_, kind, instance, call.path, call.element, std::move(details)), call.root);
}

// ---------------------------------------------------------------- sending

uint64_t Partition::open_call(rows::Pending row) {
  row.number = next_number();
  row.began = now_;
  if (row.purpose == Purpose::Notify && row.key.empty()) {
    row.key = write_key(row.root, "notify", row.number, "", "");
  }
  enter(row);
  return row.number;
}

Partition::Flight& Partition::flight(uint64_t root, uint64_t group) {
  Flight& found = flights_[group];
  if (found.limit == 0) {
    found.limit = 1;
    if (const auto row = find<rows::Group>(Table::Group, rows::pair_key(root, group))) {
      found.limit = std::max(1u, program().machines[row->machine].states[row->state].parallel);
    }
  }
  return found;
}

// `parallel N`: a fan-out has at most N calls in flight. Elements that wait for a person or a moment don't
// count.
void Partition::enter(rows::Pending& row) {
  if (row.flight != 0) {
    Flight& around = flight(row.root, row.flight);
    if (around.holds.size() >= around.limit) {
      row.stage = Stage::Queued;
      around.queue.push_back(row.number);
      return put_call(row);
    }
    around.holds.insert(row.number);
  }
  begin(row);
}

void Partition::release(const rows::Pending& row) {
  const auto found = flights_.find(row.flight);
  if (found != flights_.end() && found->second.holds.erase(row.number) != 0) refill_.push_back(row.flight);
}

// Begins what waits for its turn. A loop of its own, called by run_ready: what begins may end at once, and
// thousands may wait.
void Partition::fill(uint64_t group) {
  while (true) {
    const auto found = flights_.find(group);
    if (found == flights_.end()) return;
    Flight& around = found->second;
    if (around.queue.empty() || around.holds.size() >= around.limit) return;
    auto next = call(around.queue.front());
    around.queue.pop_front();
    if (!next || next->stage != Stage::Queued) continue;
    around.holds.insert(next->number);
    begin(*next);
  }
}

void Partition::begin(rows::Pending& row) {
  if (row.purpose == Purpose::Ask) return send_ask(row);
  if (row.is_carried()) return send(row);
  if (!row.maybe_done && ends_with_its_family(row)) {
    return finish_call(row, Input{abi::Unavailable}, "it did not happen before its workflow ended");
  }
  if (row.purpose != Purpose::Write) return send(row);
  if (!row.maybe_done) return start_rechecks(row);
  const auto approval = any_task(row.approval);
  CHECK(approval.has_value());
  // To send it again may be to do it for the first time, under a grant that is over. To ask does nothing.
  if (now_ > approval->valid_until && !row.asking) return ask_person(row, "its grant has expired since");
  send(row);
}

// Or with the workflow that was run in it. A read of facts is for whoever waits for it, whichever family
// began it, and what was begun to be taken back is taken back.
bool Partition::ends_with_its_family(const rows::Pending& row) const {
  if (row.purpose == Purpose::Recheck || row.purpose == Purpose::Undo) return false;
  return settling_.contains(row.root) || leaving_calls_.contains(row.number);
}

void Partition::send(rows::Pending& row) {
  row.stage = Stage::Sent;
  row.timer.clear();
  row.sent = now_;
  row.deadline = now_ + kTurnMax + timeout_of(row);
  ++row.attempt;
  put_call(row);
  sent_.insert(row.number);
  ++state_.counters.calls_sent;
  if (row.attempt > 1) ++state_.counters.calls_retried;
  CallRequest request;
  request.call = row.number;
  request.program = state_.program.get();
  request.what = row.asking ? CallRequest::What::Ask : static_cast<CallRequest::What>(row.what);
  request.target = row.target;
  request.payload = row.payload;
  request.payload_type = row.payload_type;
  request.key = row.key;
  request.attempt = row.attempt;
  request.timeout = timeout_of(row);
  request.turn_within = has_effect(row.purpose) ? kTurnMax : 0;
  if (row.purpose == Purpose::Write && !row.asking) {
    const auto approval = any_task(row.approval);
    CHECK(approval.has_value());
    request.turn_within = std::clamp<Duration>(approval->valid_until - now_, 1, kTurnMax);
  }
  request.now = now_;
  calls_.push_back(std::move(request));
}

Duration Partition::timeout_of(const rows::Pending& row) const {
  const auto found = state_.options.timeouts.find(system_of(row).name);
  return found == state_.options.timeouts.end() ? kTimeout : found->second;
}

Duration Partition::settle_of(const std::string& system) const {
  const auto found = state_.options.settles.find(system);
  return found == state_.options.settles.end() ? kSettle : found->second;
}

void Partition::retry_later(rows::Pending& row, Duration at_least, Duration at_most) {
  Duration wait = kBackoffFirst;
  for (uint32_t i = 1; i < row.failures && wait < kBackoffMost; ++i) wait *= 2;
  wait = std::min(wait, kBackoffMost);
  const uint64_t random = mix(state_.options.seed ^ mix(row.number) ^ row.attempt);
  wait =
      wait / 2 + static_cast<Duration>(random % static_cast<uint64_t>(wait / 2 + 1));  // half of it is jitter
  sent_.erase(row.number);
  row.stage = Stage::Backoff;
  row.timer = schedule(now_ + std::min(std::max(wait, at_least), at_most),
                       {rows::Timer::Kind::CallRetries, row.root, row.number});
  put_call(row);
}

void Partition::retry_timer(uint64_t number) {
  auto row = call(number);
  if (!row || is_foreign(*row)) return;
  if (row->stage == Stage::Backoff || row->purpose == Purpose::Ask) begin(*row);
}

// ---------------------------------------------------------------- results

void Partition::call_result(CallReply& reply) {
  auto row = call(reply.call);
  if (!row || row->stage != Stage::Sent) return;  // its family ended, or the answer came twice
  // It came twice, and the next attempt is under way.
  if (reply.attempt != row->attempt && !broken(Rule::AnswersNameTheirAttempt)) return;
  sent_.erase(row->number);
  std::string& message =
      reply.result.message;  // cleaned here, once: it goes into rows, questions and answers
  if (!message.empty()) message = Json::parse(json_text(message)).get<std::string>();
  row->message = message;
  if (row->purpose == Purpose::Ask) return ask_result(*row, reply.result);
  if (reply.result.kind == Result::NotSent) return retry_later(*row, reply.result.retry_after);
  has_effect(row->purpose) ? effect_result(*row, reply.result) : read_result(*row, reply.result);
}

void Partition::read_result(rows::Pending& row, const CallResult& result) {
  switch (result.kind) {
    case Result::Ok:
      return finish_call(row, Input{abi::Ok, 0, result.value, row.result, {}}, "");
    case Result::Rejected:
      return finish_call(row, Input{abi::Rejected, result.rejection}, result.message);
    case Result::Invalid:
      return finish_call(row, Input{abi::Invalid}, result.message);
    case Result::Unavailable:
    case Result::Ambiguous:
    case Result::NotDone:
    case Result::NotSent:
      return failed_attempt(row, result);
  }
}

void Partition::effect_result(rows::Pending& row, const CallResult& result) {
  if (row.asking && result.kind != Result::Ok) {
    if (result.kind != Result::NotDone) return failed_attempt(row, result);  // asks again
    if (!row.is_carried())
      note(row.root, "notDone", row.instance, row.path, row.element, {{"call", call_json(row)}});
    row.asking = row.maybe_done = false;
    return begin(row);
  }
  const bool refused = result.kind == Result::Rejected || result.kind == Result::Invalid;
  // An earlier attempt may have taken effect, and may be why this one was refused: "no" is no answer then.
  if (refused && row.maybe_done) return failed_attempt(row, result);
  switch (result.kind) {
    case Result::Ok:
      return finish_call(row, Input{abi::Ok, 0, row.asking ? std::string() : result.value, row.result, {}},
                         "");
    case Result::Rejected:
      return finish_call(row, Input{abi::Rejected, result.rejection}, result.message);
    case Result::Invalid:
      return finish_call(row, Input{abi::Invalid}, result.message);
    case Result::Unavailable:
    case Result::NotDone:
    case Result::NotSent:
      return failed_attempt(row, result);
    case Result::Ambiguous: {
      const abi::Strategy strategy = operation_of(row)->strategy;
      row.maybe_done = true;
      if (strategy == abi::Strategy::Unsafe)
        return ask_person(row, "no answer came and the system can't be asked");
      row.asking = strategy == abi::Strategy::Queryable;
      return failed_attempt(row, result);
    }
  }
}

// Tries again, until enough is enough: what certainly did not happen is unavailable; what may have happened
// is for a person to say. For what is carried it is never enough, unless the system says no to it.
void Partition::failed_attempt(rows::Pending& row, const CallResult& result) {
  ++row.failures;
  if (!row.maybe_done && ends_with_its_family(row))
    return finish_call(row, Input{abi::Unavailable}, result.message);
  const auto allowed = state_.options.attempts.find(system_of(row).name);
  const uint32_t attempts =
      std::max(1u, allowed == state_.options.attempts.end() ? kAttempts : allowed->second);
  const bool says_no = result.kind == Result::Rejected || result.kind == Result::Invalid;
  if (row.failures >= attempts * (row.maybe_done ? kAmbiguousFactor : 1) && (!row.is_carried() || says_no)) {
    if (row.maybe_done) return ask_person(row, "the system gives no clear answer");
    return finish_call(row, Input{abi::Unavailable}, result.message);
  }
  if (has_effect(row.purpose) && !row.is_carried()) {
    note(row.root, row.maybe_done ? "unclear" : "failedAttempt", row.instance, row.path, row.element,
         {{"call", call_json(row)}, {"message", result.message}});
  }
  retry_later(row,
              std::max(result.retry_after, row.maybe_done && arrives_late_badly(row) ? settle_of(row) : 0));
}

// A request that was given up can still arrive. Where the system knows its key, that changes nothing. Else it
// must not arrive after it was asked for (queryable), or after what came later (idempotent: an undo, say).
bool Partition::arrives_late_badly(const rows::Pending& row) const {
  const abi::Operation* operation = operation_of(row);
  return operation != nullptr && (operation->strategy == abi::Strategy::Queryable ||
                                  operation->strategy == abi::Strategy::Idempotent);
}

void Partition::ask_person(rows::Pending& row, const std::string& why) {
  if (row.is_carried()) return unclear(row, why);
  sent_.erase(row.number);
  row.stage = Stage::Person;
  row.asking = false;
  open_question(rows::Task::Kind::Outcome, row,
                fmt::format("Did {} take effect? ({})", target_name(row), why));
  put_call(row);
  release(row);
}

void Partition::outcome_decided(uint64_t number, bool done) {
  auto row = call(number);
  if (!row || row->stage != Stage::Person) return;
  if (done)
    return finish_call(*row, Input{abi::Ok, 0, {}, abi::kNoType, {}}, "a person says that it took effect");
  row->maybe_done = row->asking = false;
  row->failures = 0;
  enter(*row);
}

// The call is over: its row goes, and whoever waited for it goes on.
void Partition::finish_call(rows::Pending& row, Input input, const std::string& message) {
  sent_.erase(row.number);
  leaving_calls_.erase(row.number);
  unschedule(row.timer);
  overlay_.erase(Table::Pending, rows::big_endian(row.number));
  release(row);
  row.message = message;
  if (input.tag != abi::Ok && row.instance != 0) input.call = rows::encode(row);
  if (input.value.empty()) input.type = abi::kNoType;
  if (row.purpose == Purpose::Recheck) return recheck_finished(row, input);
  if (row.purpose == Purpose::Reread) return reread_finished(row, std::move(input));
  if (row.is_carried()) return carried_answered(row, input);
  if (row.purpose == Purpose::Undo) {
    undo_finished(row, input, message);
  } else if (row.purpose == Purpose::Ask) {
    resume(row.root, row.instance, std::move(input));  // finish_ask has told what came of it
  } else {
    const char* kind = row.purpose == Purpose::Write    ? "write"
                       : row.purpose == Purpose::Notify ? "notify"
                                                        : "read";
    note_call(row, kind, row.instance, input, message);
    if (row.purpose == Purpose::Write) finish_write(row, input);
    resume(row.root, row.instance, std::move(input));
  }
  const auto settling = settling_.find(row.root);
  if (settling == settling_.end()) return;
  settling->second.erase(row.number);
  if (settling->second.empty()) {
    settling_.erase(settling);
    auto whole = family(row.root);
    CHECK(whole.has_value());
    settled(*whole);
  }
}

// Takes a call away that nobody waits for any more.
void Partition::drop_call(const rows::Pending& row) {
  sent_.erase(row.number);
  unschedule(row.timer);
  overlay_.erase(Table::Pending, rows::big_endian(row.number));
  release(row);
}

}  // namespace endcap
