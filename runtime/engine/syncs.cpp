// Entities of syncs: read as they are now, compared with what the other system has, and taken over. One item
// an entity at a time; one that changes meanwhile is looked at once more afterwards.
#include <fmt/format.h>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

using Purpose = rows::Pending::Purpose;
using ItemStage = rows::Carried::Stage;

}  // namespace

// ---------------------------------------------------------------- which entity

void Partition::change_entities(const HeardEvent& event) {
  for (const auto& [name, carrying] : carriers_) {
    if (carrying.sync == nullptr) continue;
    for (const abi::Sync::Change& change : carrying.sync->changes) {
      if (change.event != event.event) continue;
      abi::Arena arena;
      const auto record =
          abi::unpack_value(types(), program().events[event.event].record, *event.record, arena);
      CHECK(record.has_value());
      entity_changed(*carrying.sync, change, arena, *record);
    }
  }
}

void Partition::entity_changed(const abi::Sync& sync, const abi::Sync::Change& change, abi::Arena& arena,
                               abi::Cell record) {
  const auto count = static_cast<uint32_t>(change.key_fields.size());
  const abi::Reference key = arena.allocate(count * static_cast<uint32_t>(sizeof(abi::Cell)));
  for (uint32_t i = 0; i < count; ++i)
    arena.cells(key)[i] = arena.cells(abi::reference_of(record))[change.key_fields[i]];
  auto row = carrier(sync.name);
  has_changed(row, abi::value_to_json(types(), state_.view_keys[sync.view], arena, abi::Cell{key}), false);
  put(row);
}

// What waits reads the entity as it is then. What is on its way may have read it before: once more. What is
// held is tried again: it is not what was held any more.
void Partition::has_changed(rows::Carrier& row, const std::string& key, bool reconciles) {
  const std::string place_key = carry_keys::entity(row.name, key);
  if (const auto place = find<rows::CarriedPlace>(Table::Carried, place_key)) {
    if (auto item = item_on_its_way(place->number)) {
      item->again = true;
      return put(Table::Carried, carry_keys::on_its_way(item->number), *item);
    }
    if (auto item = find<rows::Carried>(Table::Carried, carry_keys::held(place->number))) {
      let_go_of_held(row, *item);
      return admit(row, std::move(*item));
    }
    if (overlay_.get(Table::Carried, carry_keys::waiting(row.name, place->number))) return;
    // Its item was one of another carrier of this name: see `declare`.
  }
  rows::Carried item;
  item.number = next_number();
  item.carrier = row.name;
  item.since = now_;
  item.data = key;
  item.reconciles = reconciles;
  if (reconciles) ++row.open;
  put(Table::Carried, place_key, rows::CarriedPlace{item.number});
  admit(row, std::move(item));
}

// Behind the end of its item.
void Partition::entity_done(rows::Carrier& row, const rows::Carried& item) {
  overlay_.erase(Table::Carried, carry_keys::entity(row.name, item.data));
  if (item.reconciles && row.open > 0) --row.open;
  if (item.again) has_changed(row, item.data, false);
  reconciled(row);
}

// ---------------------------------------------------------------- as it is now

void Partition::read_entity(rows::Carrier& row, rows::Carried item) {
  const abi::Sync& sync = *carriers_.at(row.name).sync;
  abi::Arena arena;
  const auto key = abi::value_from_json(types(), state_.view_keys[sync.view], item.data, arena);
  if (!key) return hold_item(row, std::move(item), "its key does not fit any more: " + key.error().detail);
  item.again = false;
  item.stage = ItemStage::Reading;
  open_carried(
      item, look_at(sync.view, abi::pack_value(types(), state_.view_keys[sync.view], arena, *key, nullptr)));
}

rows::Pending Partition::look_at(uint32_t view, std::string key) const {
  rows::Pending call;
  call.purpose = Purpose::Look;
  call.what = static_cast<uint32_t>(CallRequest::What::View);
  call.target = view;
  call.payload = std::move(key);
  call.result = program().views[view].record;
  return call;
}

void Partition::entity_read(rows::Carrier& row, rows::Carried item, const rows::Pending& call,
                            const Input& input) {
  if (input.tag != abi::Ok)
    return hold_item(row, std::move(item),
                     fmt::format("{} of {} can't be read{}{}", target_name(call), system_of(call).name,
                                 call.message.empty() ? "" : ": ", call.message));
  const abi::Sync& sync = *carriers_.at(row.name).sync;
  // Where an attempt may have taken effect, what the other system has says nothing before that is known.
  if (!sync.comparison || item.maybe_done) return perform(row, std::move(item), input.type, input.value);
  const abi::Exit exit = run_delivery(sync.delivery.machine, {{input.type, input.value}});
  if (exit == abi::Exit::Skip) return end_item(row, item, CarryEnd::Skipped);
  if (exit != abi::Exit::Yield) return hold_item(row, std::move(item), fault_text());
  if (run_delivery(sync.comparison->key_machine, {{input.type, input.value}}) != abi::Exit::Yield)
    return hold_item(row, std::move(item), fault_text());
  const uint32_t other = sync.comparison->view;
  auto look = look_at(
      other, abi::pack_value(types(), state_.view_keys[other], workspace_.arena(), operand(0), nullptr));
  item.stage = ItemStage::Comparing;
  item.record = input.value;
  open_carried(item, std::move(look));
}

// What it does not have, or has in a way that can't be read, is not the same.
void Partition::other_read(rows::Carrier& row, rows::Carried item, const Input& input) {
  const abi::Sync& sync = *carriers_.at(row.name).sync;
  const abi::TypeId type = program().views[sync.view].record;
  if (input.tag == abi::Ok) {
    const abi::Exit exit =
        run_delivery(sync.comparison->same_machine, {{type, item.record}, {input.type, input.value}});
    if (exit == abi::Exit::GuardTrue) return end_item(row, item, CarryEnd::Same);
    if (exit != abi::Exit::GuardFalse) return hold_item(row, std::move(item), fault_text());
  }
  const std::string record = std::move(item.record);
  perform(row, std::move(item), type, record);
}

}  // namespace endcap
