// What routes make of messages: an item each, in the record that moves past the message.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"

namespace endcap {

// Every partition hears every event; a route hears it where its name is at home, and nowhere else.
void Partition::carry_event(const rows::Message& message, uint32_t event, abi::Arena& arena,
                            abi::Cell record) {
  for (const auto& [name, carrying] : carriers_) {
    if (carrying.route != nullptr) {
      if (carrying.route->event != event) continue;
      rows::Carried item;
      item.number = next_number();
      item.carrier = name;
      item.since = now_;
      item.source = message.source;
      item.id = message.id;
      item.data = message.data;
      auto row = carrier(name);
      admit(row, std::move(item));
      put(row);
      continue;
    }
    for (const abi::Sync::Change& change : carrying.sync->changes) {
      if (change.event == event) entity_changed(*carrying.sync, change, arena, record);
    }
  }
}

void Partition::carry_message(rows::Carrier& row, rows::Carried item) {
  const abi::Event& event = program().events[carriers_.at(row.name).route->event];
  abi::Arena arena;
  const auto record = event_record(types(), event, item.data, arena);
  if (!record) return hold_item(row, std::move(item), record.error());  // it was sent to another program
  const std::string packed = abi::pack_value(types(), event.record, arena, *record, nullptr);
  perform(row, std::move(item), event.record, packed);
}

}  // namespace endcap
