// A machine from one wait to the next: load its frame, run, act on how it left.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr uint32_t kStepsPerDrain = 1000;  // of one instance: more is a machine that runs in circles

}  // namespace

void Partition::run_ready() {
  while (!ready_.empty() || !refill_.empty()) {
    if (!refill_.empty()) {
      const uint64_t group = refill_.front();
      refill_.pop_front();
      fill(group);
      continue;
    }
    Ready next = std::move(ready_.front());
    ready_.pop_front();
    auto row = instance(next.root, next.instance);
    if (!row) continue;  // its family ended
    if (row->is_over()) {
      if (row->leaving != 0 || row->status == rows::Instance::Status::Leaving) has_left(std::move(*row));
      continue;
    }
    if (row->status != rows::Instance::Status::Waiting) continue;  // a person must look first
    step(std::move(*row), std::move(next.input));
  }
}

void Partition::step(rows::Instance row, Input input) {
  clear_wait(row, false);
  if (!row.rereads.empty()) return read_first(std::move(row), std::move(input));
  const bool says_nothing = input.tag == abi::Rejected && input.value.empty();
  if (says_nothing && wait_point(row).reasons.rejected != abi::kNoType)
    input = rejected_input(wait_point(row), nullptr);
  if (++steps_[row.number] > kStepsPerDrain) {
    return hold(std::move(row), input, rows::Instance::Status::Quarantined,
                "it runs in circles without waiting for anything");
  }
  abi::Exit exit = call_machine(row, row.state, input);
  if (exit == abi::Exit::Faulted &&
      workspace_.context().fault != static_cast<uint32_t>(FaultKind::Unhandled)) {
    const std::string first = fault_text();
    exit = call_machine(row, row.state, input);
    if (exit == abi::Exit::Faulted && fault_text() == first) {
      return hold(std::move(row), input, rows::Instance::Status::Quarantined, first);
    }
  }
  if (exit == abi::Exit::Faulted) {
    const std::string reason = unhandled_text(input) + fault_place(workspace_.context());
    return hold(std::move(row), input, rows::Instance::Status::Suspended, reason);
  }
  const rows::Instance before = row;
  std::string problem;
  if (exit == abi::Exit::Park) {
    row.state = workspace_.context().next_state;
    row.since = now_;
    row.deadline = 0;
    if (pack_frame(row, problem) && park(row, problem)) {
      leave_dues(row, wait_point(row).dues);
      put(row);
    } else {
      clear_wait(row, false);
      hold(before, input, rows::Instance::Status::Quarantined, problem);
    }
    return;
  }
  leave(std::move(row), exit);
}

// Runs `state` of the machine on the frame of the row. The results stand in the workspace until the next
// call.
abi::Exit Partition::call_machine(const rows::Instance& row, uint32_t state, const Input& input) {
  const abi::Machine& machine = program().machines[row.machine];
  workspace_.reset();
  blobs_.root = row.root;
  abi::Context& context = workspace_.context();
  const auto fail = [&](const Fault& fault) {
    context.fault = static_cast<uint32_t>(fault.kind);
    return abi::Exit::Faulted;
  };
  abi::FrameHeader header;
  auto cells = abi::load_frame(row.frame, workspace_.arena(), header);
  if (!cells) return fail(cells.error());
  std::copy(cells->begin(), cells->end(), context.frame);
  if (!input.value.empty()) {
    auto value = abi::unpack_value(types(), input.type, input.value, workspace_.arena());
    if (!value) return fail(value.error());
    context.input = *value;
  }
  context.input_tag = input.tag;
  context.input_detail = input.detail;
  context.now = now_;
  context.machine = row.machine;
  context.arena_base = workspace_.arena().base();
  ++state_.counters.steps;
  ++state_.counters.frames_loaded;
  return machine.advance(&context, state);
}

std::string Partition::fault_text(const abi::Context& context) const {
  const auto kind = static_cast<FaultKind>(context.fault);
  std::string text = std::string(to_string(kind)) + fault_place(context);
  if (kind == FaultKind::OutOfBounds)
    text += ": " + abi::out_of_bounds_text(types()[context.refused_type], context.refused);
  return text;
}

std::string Partition::fault_place(const abi::Context& context) const {
  const abi::SourcePlace& place = context.fault_place;
  if (place.line == 0 || place.file >= program().texts.size()) return {};
  return fmt::format(" at {}:{}", program().texts[place.file], abi::position_text(place));
}

std::string Partition::unhandled_text(const Input& input) const {
  if (input.call.empty()) return "what came back has no handler";
  return failed_text(input) + ": there is no handler for that";
}

// What came back in the words of whoever sent it: "Price.activate of erp is invalid: the password of 'endcap'
// is wrong".
std::string Partition::failed_text(const Input& input) const {
  const auto call = rows::decode<rows::Pending>(input.call);
  const char* ending = input.tag == abi::Rejected      ? "was rejected"
                       : input.tag == abi::Unavailable ? "is unavailable"
                       : input.tag == abi::Changed     ? "was not sent, the facts of its grant have changed"
                       : input.tag == abi::Expired     ? "was not sent, its grant has expired"
                       : input.tag == abi::Refused     ? "was not sent, a person refused it"
                                                       : "is invalid";
  std::string text = call.purpose == rows::Pending::Purpose::Ask
                         ? fmt::format("{} {}", target_name(call), ending)
                         : fmt::format("{} of {} {}", target_name(call), system_of(call).name, ending);
  if (!call.message.empty()) text += ": " + call.message;
  return text;
}

bool Partition::pack_frame(rows::Instance& row, std::string& problem) {
  const abi::Context& context = workspace_.context();
  const abi::WaitPoint& point = wait_point(row);
  CHECK(context.frame_count == point.live.size() && context.operand_count == point.operands.size());
  std::vector<abi::TypeId> slots;
  for (const abi::Slot& slot : point.live) slots.push_back(slot.type);
  std::vector<abi::Blob> blobs;
  abi::FrameHeader header;
  header.machine = static_cast<uint16_t>(row.machine);
  header.state = static_cast<uint16_t>(row.state);
  header.program = rows::from_big_endian(program().hash);
  auto frame = abi::pack_frame(types(), slots, {context.frame, context.frame_count}, workspace_.arena(),
                               header, blobs);
  if (!frame) {
    problem = frame.error().detail;
    return false;
  }
  row.frame = std::move(*frame);
  keep_blobs(row.root, std::move(blobs));
  return true;
}

// The first frame of a machine: its parameters.
std::optional<std::string> Partition::make_frame(uint32_t machine, std::span<const abi::Cell> cells,
                                                 const abi::Arena& arena, uint64_t root) {
  std::vector<abi::TypeId> slots;
  for (const abi::Slot& slot : program().machines[machine].parameters) slots.push_back(slot.type);
  CHECK(slots.size() == cells.size());
  std::vector<abi::Blob> blobs;
  abi::FrameHeader header;
  header.machine = static_cast<uint16_t>(machine);
  header.program = rows::from_big_endian(program().hash);
  auto frame = abi::pack_frame(types(), slots, cells, arena, header, blobs);
  if (!frame) return std::nullopt;
  keep_blobs(root, std::move(blobs));
  return std::move(*frame);
}

// The large lists that a frame refers to, each once a family.
void Partition::keep_blobs(uint64_t root, std::vector<abi::Blob> blobs) {
  if (!blobs.empty()) holds(root, rows::Family::Blobs);
  for (abi::Blob& blob : blobs) {
    const std::string key = rows::big_endian(root) + blob.hash;
    if (!overlay_.get(Table::Blob, key)) overlay_.put(Table::Blob, key, std::move(blob.bytes));
  }
}

void Partition::leave(rows::Instance row, abi::Exit exit) {
  const abi::Context& context = workspace_.context();
  const abi::Machine& machine = program().machines[row.machine];
  if (exit == abi::Exit::Finish || exit == abi::Exit::Fail) {
    const abi::Outcome& outcome = program().outcomes_of(machine).at(context.outcome);
    const bool compensate = context.compensate != 0;
    const bool alone =
        exit == abi::Exit::Fail && machine.kind == abi::MachineKind::Element && fails_alone(row);
    if (machine.run_workflow && !alone) return end_run(row, outcome, context.outcome, compensate);
    const std::string value =
        outcome.record == abi::kNoType
            ? "{}"
            : abi::value_to_json(types(), outcome.record, workspace_.arena(), operand(0));
    if (alone) return fail_element(std::move(row), outcome, value, compensate);
    return end_family(row.root, outcome, value, compensate);
  }
  std::string yielded;
  if (exit == abi::Exit::Yield) {
    const auto group = find<rows::Group>(Table::Group, rows::pair_key(row.root, row.group));
    CHECK(group.has_value());
    const abi::TypeId list = program().machines[group->machine].states[group->state].input;
    yielded = abi::pack_value(types(), types()[list].element, workspace_.arena(), operand(0), &blobs_);
  }
  if (machine.kind == abi::MachineKind::Main) {
    return hold(std::move(row), {}, rows::Instance::Status::Quarantined,
                "the workflow ended without an outcome");
  }
  end_child(row, exit, yielded);
}

// Keeps the machine where it was, with what it was to be resumed with, until a person resumes it.
void Partition::hold(rows::Instance row, const Input& input, rows::Instance::Status status,
                     const std::string& reason) {
  row.status = status;
  row.reason = reason;
  row.held_tag = input.tag;
  row.held_detail = input.detail;
  row.held_input = input.value;
  row.held_type = input.type;
  row.held_call = input.call;
  put(row);
  if (auto whole = family(row.root)) {
    ++whole->suspended;
    put(*whole);
  }
  ++state_.counters.suspended;
  if (status == rows::Instance::Status::Quarantined) ++state_.counters.quarantined;
  note(row, status == rows::Instance::Status::Suspended ? "suspended" : "quarantined", {{"reason", reason}});
}

void Partition::resume_by_hand(ResumeRequest& request) {
  const auto refuse = [&](Refusal::Kind kind, std::string message) {
    answer(request.reply, std::unexpected(Refusal{kind, std::move(message)}));
  };
  // Only roots are known by number alone: look through the families that have something suspended.
  std::optional<rows::Instance> row;
  if (auto whole = family(request.instance)) {
    for (const auto& [key, value] : overlay_.collect(Table::Instance, rows::big_endian(request.instance))) {
      if (rows::from_big_endian(std::string_view(key).substr(8)) == 0) continue;
      auto each = rows::decode<rows::Instance>(key, value);
      if (each.is_lost()) row = std::move(each);
      if (row) break;
    }
    if (!row)
      return refuse(Refusal::Kind::Conflict,
                    fmt::format("nothing of instance {} is suspended", request.instance));
  }
  if (!row)
    return refuse(Refusal::Kind::NotFound, fmt::format("there is no running instance {}", request.instance));
  auto whole = family(row->root);
  --whole->suspended;
  put(*whole);
  note(*row, "resumed", {{"person", request.person}, {"reason", request.reason}});
  answer(request.reply, Json{{"id", request.instance}, {"resumed", row->number}}.dump());
  Input input{row->held_tag, row->held_detail, row->held_input, row->held_type, {}};
  const std::string held_call = std::exchange(row->held_call, {});
  row->status = rows::Instance::Status::Waiting;
  row->reason.clear();
  row->held_input.clear();
  if (row->fan_out != 0) {  // its sweep goes on where it faulted
    put(*row);
    schedule(now_, {rows::Timer::Kind::FanOutGoesOn, row->root, row->fan_out});
    return;
  }
  if (row->rereads_begun) {  // what it was resumed with is not in question
    input.call = held_call;
    return step(std::move(*row), std::move(input));
  }
  if (held_call.empty()) return step(std::move(*row), std::move(input));
  auto again = rows::decode<rows::Pending>(held_call);
  again.attempt = again.failures = 0;
  row->call = open_call(std::move(again));
  put(*row);
}

}  // namespace endcap
