// Questions to advisors. They are recorded before they are asked, like reads, and asked again after a crash.
// Unlike reads they always end well: when no good answer comes in time, the workflow goes on with its
// alternative, and the history says why.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"
#include "runtime/value/decimal.h"

namespace endcap {
namespace {

using Stage = rows::Pending::Stage;
using Result = CallResult::Kind;

constexpr uint32_t kAskAttempts = 3;
constexpr uint8_t kConfidencePlaces = 30;
constexpr uint8_t kMillionths = 6;

std::string percent(uint32_t millionths) {
  std::string digits = decimal_to_text(millionths, 4);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits + "%";
}

// Why the answer does not count, although it fits; empty when it does.
std::string not_good_enough(const abi::Advisor& advisor, const AdvisorSays& says) {
  if (advisor.confidence) {
    if (says.confidence.empty()) return "it does not say how sure it is";
    const auto confidence = decimal_from_text(says.confidence, kConfidencePlaces);
    const auto least = decimal_rescale_exact(*advisor.confidence, kMillionths, kConfidencePlaces).value_or(0);
    if (!confidence || *confidence < least)
      return fmt::format("its confidence {} is below {}", says.confidence, percent(*advisor.confidence));
  }
  if (advisor.fresh > 0) {
    if (!says.age_seconds) return "it does not say how old its answer is";
    if (*says.age_seconds > advisor.fresh / kSecond)
      return fmt::format("its answer is {} old", duration_to_text(*says.age_seconds * kSecond));
  }
  return {};
}

}  // namespace

const abi::Advisor& Partition::advisor_of(const rows::Pending& call) const {
  return program().advisors[call.target];
}

// Of what is asked, whatever the names of the parameters are: packed values are canonical.
std::string Partition::input_hash(const rows::Pending& call) const {
  std::string bytes;
  for (const std::string& part : {std::string("endcap inputs 1"), advisor_of(call).name, call.payload})
    bytes += rows::big_endian(part.size()) + part;
  return abi::hex(abi::sha256(bytes));
}

bool Partition::park_ask(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  rows::Pending call;
  call.purpose = rows::Pending::Purpose::Ask;
  call.what = static_cast<uint32_t>(CallRequest::What::Advisor);
  call.root = row.root;
  call.instance = row.number;
  call.flight = row.flight;
  call.target = point.target;
  call.result = point.input;
  call.path = point.path;
  call.element = row.element;
  call.payload_type = program().advisors[point.target].inputs;
  call.payload = packed_operand(point, 0);
  if (call.payload.size() > abi::kPayloadBytesMax) {
    problem = fmt::format("a question of {} bytes is too large to send", call.payload.size());
    return false;
  }
  row.call = open_call(std::move(call));
  return true;
}

// One attempt. Time counts from the first: what waits for its turn in a fan-out has asked nobody yet.
void Partition::send_ask(rows::Pending& row) {
  const abi::Advisor& advisor = advisor_of(row);
  if (const auto off = state_.options.advisors_off.find(advisor.name);
      off != state_.options.advisors_off.end())
    return use_alternative(row, off->second);
  if (ends_with_its_family(row)) return use_alternative(row, "its workflow has ended");
  if (row.attempt == 0) row.deadline = now_ + advisor.timeout;
  if (now_ >= row.deadline)
    return use_alternative(row, fmt::format("no answer within {}{}{}", duration_to_text(advisor.timeout),
                                            row.message.empty() ? "" : ": ", row.message));
  unschedule(row.timer);
  row.timer = schedule(row.deadline, {rows::Timer::Kind::CallRetries, row.root, row.number});
  row.stage = Stage::Sent;
  row.sent = now_;
  ++row.attempt;
  put_call(row);
  sent_.insert(row.number);
  ++state_.counters.calls_sent;
  if (row.attempt > 1) ++state_.counters.calls_retried;
  CallRequest request;
  request.call = row.number;
  request.program = state_.program.get();
  request.what = CallRequest::What::Advisor;
  request.target = row.target;
  request.payload = row.payload;
  request.payload_type = row.payload_type;
  request.input_hash = input_hash(row);
  request.key = write_key(row.root, "ask", row.number, "", "");
  request.attempt = row.attempt;
  request.timeout = request.turn_within = row.deadline - now_;
  request.now = now_;
  calls_.push_back(std::move(request));
}

void Partition::ask_result(rows::Pending& row, const CallResult& result) {
  const abi::Advisor& advisor = advisor_of(row);
  switch (result.kind) {
    case Result::Ok: {
      const std::string problem = not_good_enough(advisor, result.says);
      if (!problem.empty()) return use_alternative(row, problem, result.says);
      return finish_ask(row, Input{abi::Ok, 0, result.value, row.result, {}}, "", result.says);
    }
    case Result::Rejected:
    case Result::Invalid:
      return use_alternative(row, fmt::format("no valid answer: {}", row.message));
    case Result::Ambiguous:
      return use_alternative(row, fmt::format("no answer within {}", duration_to_text(advisor.timeout)));
    case Result::Unavailable:
    case Result::NotDone:
    case Result::NotSent:
      break;
  }
  if (++row.failures >= kAskAttempts)
    return use_alternative(row, fmt::format("unavailable: {}", row.message));
  unschedule(row.timer);
  retry_later(row, result.retry_after, std::max<Duration>(row.deadline - now_, 0));
}

void Partition::use_alternative(rows::Pending& row, const std::string& because, const AdvisorSays& says) {
  finish_ask(row, Input{abi::Unavailable}, because, says);
}

void Partition::finish_ask(rows::Pending& row, Input input, const std::string& because,
                           const AdvisorSays& says) {
  Json details = {
      {"call", row.number},
      {"advisor", advisor_of(row).name},
      {"inputHash", input_hash(row)},
      {"attempt", row.attempt},
      {"outcome", input.tag == abi::Ok ? "answered" : "alternative"},
      {"took", duration_to_text(row.attempt == 0 ? 0 : now_ - (row.deadline - advisor_of(row).timeout))}};
  if (!because.empty()) details["because"] = because;
  if (!says.model.empty()) details["model"] = says.model;
  if (!says.version.empty()) details["version"] = says.version;
  if (!says.confidence.empty()) details["confidence"] = says.confidence;
  if (says.age_seconds) details["ageSeconds"] = *says.age_seconds;
  note(row.root, "advice", row.instance, row.path, row.element, details);
  finish_call(row, std::move(input), because);
}

}  // namespace endcap
