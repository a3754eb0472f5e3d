// Facts that come from another system are read again just before a write; equal reads that are under way are
// shared.
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"

namespace endcap {

// The key of the view that the facts were read from, packed as a read's payload.
std::optional<std::string> Partition::recheck_payload(const abi::Policy::Recheck& recheck,
                                                      abi::TypeId facts_type, const std::string& facts) {
  abi::Arena arena;
  const auto record = abi::unpack_value(types(), facts_type, facts, arena);
  if (!record) return std::nullopt;
  const uint32_t count = static_cast<uint32_t>(recheck.key_facts.size());
  const abi::Reference key = arena.allocate(count * static_cast<uint32_t>(sizeof(abi::Cell)));
  for (uint32_t i = 0; i < count; ++i) {
    arena.cells(key)[i] = arena.cells(static_cast<abi::Reference>(record->bits))[recheck.key_facts[i]];
  }
  return abi::pack_value(types(), state_.view_keys[recheck.view], arena, abi::Cell{key}, nullptr);
}

void Partition::start_rechecks(rows::Pending& call) {
  const auto approval = any_task(call.approval);
  const auto leaf = find<rows::Leaf>(
      Table::Leaf, rows::leaf_key(call.root, call.approval, call.proposal, call.leaf_target));
  CHECK(approval && leaf);
  const abi::Policy& policy = program().policies[approval->policy];
  call.facts = leaf->facts;
  call.rechecks = 0;
  for (const abi::Policy::Recheck& recheck : policy.rechecks) {
    const auto payload = recheck_payload(recheck, policy.facts, leaf->facts);
    if (!payload) continue;
    const auto place = std::pair(recheck.view, *payload);
    const auto found = rechecks_.find(place);
    auto read = found == rechecks_.end() ? std::nullopt : this->call(found->second);
    ++call.rechecks;
    if (read) {
      read->waiters.push_back(call.number);
      put_call(*read);
      continue;
    }
    rows::Pending fresh;
    fresh.purpose = rows::Pending::Purpose::Recheck;
    fresh.what = static_cast<uint32_t>(CallRequest::What::View);
    fresh.target = recheck.view;
    fresh.payload = *payload;
    fresh.result = program().views[recheck.view].record;
    fresh.waiters = {call.number};
    fresh.root = call.root;
    fresh.path = call.path;
    rechecks_[place] = open_call(std::move(fresh));
  }
  if (call.rechecks == 0) return send_write(call);
  call.stage = rows::Pending::Stage::Rechecking;
  put_call(call);
}

void Partition::recheck_finished(const rows::Pending& recheck, const Input& input) {
  rechecks_.erase({recheck.target, recheck.payload});
  for (const uint64_t number : recheck.waiters) {
    auto waiter = call(number);
    if (!waiter || waiter->stage != rows::Pending::Stage::Rechecking) continue;
    if (input.tag != abi::Ok) {
      const std::string why = "the facts of its grant could not be read again: " + recheck.message;
      finish_call(*waiter, Input{input.tag == abi::Unavailable ? abi::Unavailable : abi::Invalid}, why);
      continue;
    }
    const auto approval = any_task(waiter->approval);
    CHECK(approval.has_value());
    const abi::Policy& policy = program().policies[approval->policy];
    abi::Arena arena;
    auto facts = abi::unpack_value(types(), policy.facts, waiter->facts, arena);
    auto view = abi::unpack_value(types(), input.type, input.value, arena);
    if (!facts || !view) {
      finish_call(*waiter, Input{abi::Invalid}, "the facts of its grant could not be read again");
      continue;
    }
    for (const abi::Policy::Recheck& each : policy.rechecks) {
      if (each.view != recheck.target ||
          recheck_payload(each, policy.facts, waiter->facts) != recheck.payload)
        continue;
      for (const auto& [fact, field] : each.facts) {
        arena.cells(static_cast<abi::Reference>(facts->bits))[fact] =
            arena.cells(static_cast<abi::Reference>(view->bits))[field];
      }
    }
    waiter->facts = abi::pack_value(types(), policy.facts, arena, *facts, nullptr);
    if (waiter->rechecks > 0) --waiter->rechecks;
    if (waiter->rechecks == 0) {
      send_write(*waiter);
    } else {
      put_call(*waiter);
    }
  }
}

}  // namespace endcap
