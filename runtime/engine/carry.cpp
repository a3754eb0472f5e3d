// Items of routes and syncs: what is to be done for one, and what comes of it.
#include "runtime/engine/carry.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/engine/partition.h"

namespace endcap {
namespace {

using Purpose = rows::Pending::Purpose;
using ItemStage = rows::Carried::Stage;

constexpr const char* strategy_name(abi::Strategy strategy) {
  constexpr const char* kNames[] = {"idempotent", "keyed", "queryable", "unsafe"};
  return kNames[static_cast<size_t>(strategy)];
}

}  // namespace

// ---------------------------------------------------------------- what is to be done

// Runs a machine that waits for nothing on these values. What it gives stands in the workspace.
abi::Exit Partition::run_delivery(uint32_t machine,
                                  std::initializer_list<std::pair<abi::TypeId, std::string_view>> given) {
  abi::Exit exit = abi::Exit::Faulted;
  workspace_.reset();
  blobs_.root = 0;
  abi::Context& context = workspace_.context();
  size_t place = 0;
  for (const auto& [type, packed] : given) {
    auto cell = abi::unpack_value(types(), type, packed, workspace_.arena());
    if (!cell) {
      context.fault = static_cast<uint32_t>(cell.error().kind);
      return exit;
    }
    context.frame[place++] = *cell;
  }
  context.input_tag = abi::Start;
  context.now = now_;
  context.machine = machine;
  context.arena_base = workspace_.arena().base();
  ++state_.counters.steps;
  return program().machines[machine].advance(&context, 0);
}

// Has the other system take over what the machine makes of `record`, if anything, and if the policies permit.
void Partition::perform(rows::Carrier& row, rows::Carried item, abi::TypeId type, const std::string& record) {
  const abi::Delivery& delivery = *carriers_.at(row.name).delivery;
  const abi::Operation& operation = program().operations[delivery.operation];
  const abi::Exit exit = run_delivery(delivery.machine, {{type, record}});
  if (exit == abi::Exit::Skip && item.maybe_done)
    return hold_item(row, std::move(item),
                     fmt::format("an attempt of {} may have taken effect, and nothing is to be done any more",
                                 item.operation));
  if (exit == abi::Exit::Skip) return end_item(row, item, CarryEnd::Skipped);
  if (exit != abi::Exit::Yield) return hold_item(row, std::move(item), fault_text());
  if (const std::string why = why_not_permitted(delivery); !why.empty())
    return hold_item(row, std::move(item), why);
  rows::Pending call;
  call.purpose = Purpose::Carry;
  call.what = static_cast<uint32_t>(CallRequest::What::Operation);
  call.target = delivery.operation;
  call.payload_type = operation.payload;
  call.payload = abi::pack_value(types(), operation.payload, workspace_.arena(), operand(0), &blobs_);
  if (call.payload.size() > abi::kPayloadBytesMax)
    return hold_item(row, std::move(item),
                     fmt::format("a payload of {} bytes is too large to send", call.payload.size()));
  const char* const strategy = strategy_name(operation.strategy);
  if (item.maybe_done && (item.operation != operation.name || item.strategy != strategy))
    return hold_item(
        row, std::move(item),
        fmt::format("an attempt of {} may have taken effect, and how it is made exactly once has "
                    "changed since",
                    item.operation));
  call.key = write_key(item.number, "carry", item.round, row.name, "");
  item.operation = operation.name;
  item.strategy = strategy;
  item.stage = ItemStage::Delivering;
  item.record.clear();
  open_carried(item, std::move(call));
}

// The first of the policies that does not permit what the machine has just given says why.
std::string Partition::why_not_permitted(const abi::Delivery& delivery) {
  CHECK(workspace_.context().operand_count == delivery.policies.size() + 1);
  for (uint32_t i = 0; i < delivery.policies.size(); ++i) {
    const abi::Policy& policy = program().policies[delivery.policies[i]];
    const Int128 matched = operand(i + 1).bits;
    if (matched < 0 || matched >= static_cast<Int128>(policy.rows.size()))
      return fmt::format("the policy {} could not be computed", policy.name);
    const abi::PolicyRow& found = policy.rows[static_cast<size_t>(matched)];
    if (found.verdict == abi::PolicyRow::Verdict::Permit) continue;
    if (found.verdict == abi::PolicyRow::Verdict::Forbid)
      return fmt::format("{} forbids it: {}", policy.name, found.reason);
    return fmt::format("{} would ask a person, and nobody is there to be asked", policy.name);
  }
  return {};
}

// What may have been done already is not done before it can't arrive any more, and asked for where that is
// possible.
void Partition::open_carried(rows::Carried& item, rows::Pending call) {
  call.carrier = item.carrier;
  call.program = program().hash;
  call.item = item.number;
  put(Table::Carried, carry_keys::on_its_way(item.number), item);
  if (call.purpose != Purpose::Carry || !item.maybe_done) {
    open_call(std::move(call));
    return;
  }
  call.number = next_number();
  call.began = now_;
  call.maybe_done = true;
  call.asking = program().operations[call.target].strategy == abi::Strategy::Queryable;
  call.deadline = item.until;
  retry_later(call, arrives_late_badly(call) ? std::max<Duration>(item.until - now_, 0) : 0);
}

// ---------------------------------------------------------------- what came of it

void Partition::carried_answered(const rows::Pending& call, const Input& input) {
  auto row = carrier(call.carrier);
  if (call.item == 0) {
    listed(row, call, input);
    return put(row);
  }
  auto item = item_on_its_way(call.item);
  CHECK(item.has_value());
  switch (item->stage) {
    case ItemStage::Reading:
      entity_read(row, std::move(*item), call, input);
      break;
    case ItemStage::Comparing:
      other_read(row, std::move(*item), input);
      break;
    default:
      delivered(row, std::move(*item), call, input);
  }
  put(row);
}

void Partition::delivered(rows::Carrier& row, rows::Carried item, const rows::Pending& call,
                          const Input& input) {
  if (input.tag == abi::Ok) {
    // The other system goes by the key: what took effect may be what an earlier attempt said.
    if (item.maybe_done && row.kind == rows::Carrier::Kind::Sync) item.again = true;
    return end_item(row, item, CarryEnd::Carried);
  }
  item.maybe_done = false;  // it is certain by now
  std::string reason = fmt::format("{} of {} {}", target_name(call), system_of(call).name,
                                   input.tag == abi::Rejected ? "was rejected" : "is invalid");
  const abi::Operation* operation = operation_of(call);
  if (input.tag == abi::Rejected && operation != nullptr && input.detail < operation->rejections.size())
    reason += ": " + operation->rejections[input.detail];
  if (!call.message.empty()) reason += ": " + call.message;
  hold_item(row, std::move(item), reason);
}

// What the system says no to although it may have done it before is for a person to look at.
void Partition::unclear(rows::Pending& call, const std::string& why) {
  auto row = carrier(call.carrier);
  auto item = item_on_its_way(call.item);
  CHECK(item && call.purpose == Purpose::Carry);
  sent_.erase(call.number);
  unschedule(call.timer);
  overlay_.erase(Table::Pending, rows::big_endian(call.number));
  item->maybe_done = true;
  item->until = call.deadline + settle_of(row.system);
  item->again = false;
  std::string reason = fmt::format("{} may have taken effect ({})", target_name(call), why);
  if (!call.message.empty()) reason += ": " + call.message;
  hold_item(row, std::move(*item), reason);
  put(row);
}

}  // namespace endcap
