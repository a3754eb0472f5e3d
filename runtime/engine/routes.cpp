// What routes make of messages: an item each, in the record that moves past the message.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"

namespace endcap {

// Every partition hears every event; a route hears it where its name is at home, and nowhere else. One that
// the program can't read, for it was sent to another, is held when its turn comes.
void Partition::carry_message_to_routes(const rows::Message& message, uint32_t event) {
  for (const auto& [name, carrying] : carriers_) {
    if (carrying.route == nullptr || carrying.route->event != event) continue;
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
