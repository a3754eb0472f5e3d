// Instances that ask for others: raises, waits for their end, and workflows that resolve an exception. No
// transaction crosses partitions: a start and an end are messages, which a cursor takes in once and in order.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

// Of one instance in a drain; then others have their turn, and the record stays small.
constexpr uint32_t kRaisesPerDrain = 256;

const abi::Workflow* workflow_named(const abi::Program& program, const std::string& name) {
  const auto found = std::ranges::find(program.workflows, name, &abi::Workflow::name);
  return found == program.workflows.end() ? nullptr : &*found;
}

}  // namespace

// ---------------------------------------------------------------- where it is asked for

bool Partition::park_raise(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  const bool waits = point.kind == abi::WaitKind::RaiseAndWait;
  if (!ask_for(row, point, waits, problem)) return false;
  if (waits) {
    const rows::Limit limit = limit_of(*point.within);
    row.deadline = deadline(limit, now_).value_or(now_);
    row.timers.push_back(schedule(row.deadline, {rows::Timer::Kind::Due, row.root, row.number}));
    note(row, "waits", {{"within", limit_json(limit, row.deadline)}});
  } else if (steps_[row.number] % kRaisesPerDrain == 0) {
    row.timers.push_back(schedule(now_, {rows::Timer::Kind::Due, row.root, row.number}));
  } else {
    resume(row.root, row.number, Input{});
  }
  return true;
}

bool Partition::ask_for(rows::Instance& row, const abi::WaitPoint& point, bool waits, std::string& problem) {
  const abi::Workflow& workflow = program().workflows[point.asked->workflow];
  rows::Message message;
  message.kind = rows::Message::Kind::Start;
  message.type = workflow.name;
  message.data = abi::value_to_json(types(), point.operands[point.asked->operand], workspace_.arena(),
                                    operand(point.asked->operand));
  const auto parsed = parse_start(state_, workflow, message.data);
  if (!parsed) {
    problem = fmt::format("{} can't begin: {}", workflow.name, parsed.error());
    return false;
  }
  message.id = parsed->key;
  message.stored = now_;
  message.waiter = {row.root, row.number, waits ? meta_.next_message : 0};
  if (const auto whole = family(row.root)) {
    message.source = whole->workflow;
    message.source_key = whole->key;
  }
  row.asked = message.waiter.wait;
  send_message(message);
  note(row, workflow.severity ? "raised" : "resolving",
       {{workflow.severity ? "exception" : "workflow", workflow.name},
        {"key", message.id},
        {"arguments", Json::parse(message.data)}});
  return true;
}

// ---------------------------------------------------------------- where its key is at home

void Partition::deliver_start(const rows::Message& message) {
  const std::string key = rows::workflow_key(message.type, message.id);
  if (partition_of_key(key, state_.options.partitions) != number_) return;
  if (const auto known = find<rows::Key>(Table::Key, key); known && known->live)
    return meet(known->instance, message);
  const abi::Workflow* workflow = workflow_named(program(), message.type);
  std::expected<ParsedStart, std::string> start =
      std::unexpected(fmt::format("there is no {} any more", message.type));
  if (workflow != nullptr) start = parse_start(state_, *workflow, message.data);
  if (start && start->key != message.id) start = std::unexpected("its key is made of other values now");
  if (!start) {  // only a program that changed since can get here: whoever asked is told, waiting or not
    rows::Message refused = message;
    refused.kind = rows::Message::Kind::Ended;
    refused.data = start.error();
    refused.failure = true;
    return send_message(refused);
  }
  start->asked = message;
  start_instance(*start);
  run_ready();
}

// It runs already. An exception takes notice; one that is ending can't any more, and begins anew.
void Partition::meet(uint64_t root, const rows::Message& message) {
  auto whole = family(root);
  CHECK(whole.has_value());
  const bool exception = !whole->severity.empty();
  if (exception && whole->status != rows::Family::Status::Running) {
    whole->postponed.push_back(rows::encode(message));
    return put(*whole);
  }
  if (message.waiter.wait != 0) whole->waiters.push_back(message.waiter);
  if (exception) {
    ++whole->raised;
    whole->last_raised = now_;
    whole->arguments = message.data;
  }
  put(*whole);
  if (!exception) return note(root, "awaited", root, "", "", {{"by", asker_json(message)}});
  note(root, "raisedAgain", root, "", "",
       {{"workflow", whole->workflow},
        {"key", whole->key},
        {"times", whole->raised},
        {"arguments", Json::parse(message.data)},
        {"by", asker_json(message)}});
  renew(root, message);
}

// While its owner has not responded, the owner sees the newest arguments, and so does what comes after.
void Partition::renew(uint64_t root, const rows::Message& message) {
  auto row = instance(root, root);
  if (!row || row->status != rows::Instance::Status::Waiting || !wait_point(*row).renewed) return;
  abi::Arena arena;
  abi::FrameHeader header;
  std::vector<abi::TypeId> slots;
  for (const abi::Slot& slot : wait_point(*row).live) slots.push_back(slot.type);
  auto cells = abi::load_frame(types(), slots, row->frame, arena, header);
  const abi::Workflow& workflow = program().workflows[program().machines[row->machine].workflow];
  const auto given = start_cells(types(), workflow, message.data, arena);
  CHECK(cells.has_value());
  if (!given) return;  // of another program: it is in the history
  for (size_t i = 0; i < slots.size(); ++i) {
    for (size_t p = 0; p < workflow.parameters.size(); ++p) {
      if (workflow.parameters[p].name == wait_point(*row).live[i].name) (*cells)[i] = (*given)[p];
    }
  }
  std::vector<abi::Blob> blobs;
  auto frame = abi::pack_frame(types(), slots, *cells, arena, header, blobs);
  if (!frame) return;
  row->frame = std::move(*frame);
  keep_blobs(root, std::move(blobs));
  put(*row);
  if (auto task = open_task(row->task)) {
    task->arguments = message.data;
    put_task(*task);
  }
}

// ---------------------------------------------------------------- its end

void Partition::tell_waiters(rows::Family& whole) {
  for (const rows::Waiter& waiter : std::exchange(whole.waiters, {})) {
    rows::Message ended;
    ended.kind = rows::Message::Kind::Ended;
    ended.type = whole.workflow;
    ended.id = whole.key;
    ended.data = whole.outcome;
    ended.stored = now_;
    ended.waiter = waiter;
    ended.failure = whole.failure;
    send_message(ended);
  }
  for (const std::string& message : std::exchange(whole.postponed, {}))
    send_message(rows::decode<rows::Message>(message));
}

// Whoever does not wait any more has gone on: its deadline came first, or a person.
void Partition::deliver_end(const rows::Message& message) {
  if (message.waiter.root % state_.options.partitions != number_) return;
  auto row = instance(message.waiter.root, message.waiter.instance);
  const Json details = {{"workflow", message.type},
                        {"key", message.id},
                        {"outcome", message.data},
                        {"failure", message.failure}};
  if (message.waiter.wait == 0)
    return note_late(message.waiter.root, "notRaised", message.waiter.instance, details);
  if (!row || row->asked != message.waiter.wait) return;
  note(*row, "askedEnded", details);
  const bool resolver = wait_point(*row).kind == abi::WaitKind::Task;
  if (resolver && message.failure) {  // its owner's work remains
    row->asked = 0;
    return put(*row);
  }
  resume(row->root, row->number, Input{message.failure ? abi::Expired : abi::Ok});
  run_ready();
}

}  // namespace endcap
