// Correlation: see correlation.h.
#include "runtime/engine/correlation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/abi/shape.h"
#include "runtime/engine/arguments.h"
#include "runtime/engine/row_keys.h"

namespace endcap {
namespace {

constexpr size_t kRecent = 4096;                // of the node
constexpr size_t kRecentLeast = 16;             // of each partition
constexpr size_t kBytesWorthKeeping = 4 << 10;  // larger ones are read by each partition for itself

}  // namespace

std::vector<std::vector<uint32_t>> correlation_fields(const abi::Program& program) {
  std::vector<std::set<uint32_t>> fields(program.events.size());
  for (const abi::Machine& machine : program.machines) {
    for (const abi::WaitPoint& point : machine.states) {
      for (const abi::Subscription& each : point.events) {
        if (each.key_field) fields.at(each.event).insert(*each.key_field + 1);
        if (!each.key_field || is_keyed_by_list(program.types, point, each)) fields.at(each.event).insert(0);
      }
    }
  }
  std::vector<std::vector<uint32_t>> lists;
  for (const auto& each : fields) lists.emplace_back(each.begin(), each.end());
  return lists;
}

bool is_keyed_by_list(const abi::Types& types, const abi::WaitPoint& point, const abi::Subscription& event) {
  return event.key_operand && types[point.operands.at(*event.key_operand)].kind == abi::Kind::List;
}

HeardMessage read_message(const abi::Types& types, const abi::Program& program,
                          const std::vector<std::vector<uint32_t>>& fields, rows::Message message) {
  HeardMessage heard;
  if (message.kind == rows::Message::Kind::Event) {
    for (uint32_t i = 0; i < program.events.size(); ++i) {
      const abi::Event& event = program.events[i];
      if (event.type != message.type) continue;
      abi::Arena arena;
      const auto record = event_record(types, event, message.data, arena);
      HeardEvent each{i, {}, {}};
      if (!record && heard.problem.empty()) heard.problem = record.error();
      if (record) each.record = abi::pack_value(types, event.record, arena, *record, nullptr);
      for (const uint32_t field : fields[i]) {
        if (!record) break;
        std::string key;
        if (field > 0)
          key = abi::key_text(arena, types, types[event.record].fields[field - 1].type,
                              arena.cells(abi::reference_of(*record))[field - 1], nullptr);
        each.prefixes.push_back(rows::subscription_prefix(event.name, field, key));
      }
      heard.events.push_back(std::move(each));
    }
  }
  heard.message = std::move(message);
  return heard;
}

RecentMessages::RecentMessages(uint16_t partitions)
    : places_(std::max(kRecent / partitions, kRecentLeast)), of_(partitions) {}

bool RecentMessages::is_worth_keeping(const HeardMessage& message) {
  size_t bytes = message.message.data.size();
  for (const HeardEvent& event : message.events) {
    bytes += event.record ? event.record->size() : 0;
    for (const std::string& prefix : event.prefixes) bytes += prefix.size();
  }
  return bytes <= kBytesWorthKeeping;
}

std::shared_ptr<const HeardMessage> RecentMessages::find(PartitionId source, uint64_t number) const {
  const auto& places = of_.at(source);
  if (places.empty()) return nullptr;
  const Place& place = places[number % places_];
  return place.number == number ? place.message : nullptr;
}

void RecentMessages::keep(PartitionId source, uint64_t number, std::shared_ptr<const HeardMessage> message) {
  auto& places = of_.at(source);
  places.resize(places_);
  places[number % places_] = {number, std::move(message)};
}

}  // namespace endcap
