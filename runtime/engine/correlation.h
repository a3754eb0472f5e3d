// How an event finds who waits for it: by the fields that some wait of the program keys it by. It is read
// once for all partitions, which follow the same messages at about the same time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/engine/message_rows.h"
#include "runtime/store/store.h"

namespace endcap {

// Of each event by which of its fields subscriptions of this program stand, + 1; 0: without a key, as one by
// a list that is too long. Subscriptions of other programs are moved before it runs, and stand by its fields
// then.
std::vector<std::vector<uint32_t>> correlation_fields(const abi::Program& program);

struct HeardEvent {
  uint32_t event = 0;
  std::optional<std::string> record;  // packed; nothing: the data is of another program and does not fit
  std::vector<std::string> prefixes;  // of the subscriptions that it may wake
};
struct HeardMessage {
  rows::Message message;
  std::vector<HeardEvent> events;  // what it is to the program
  std::string problem;             // why its data is not of one of them, in words
};
// Whether the key is a list, whose elements are found one by one.
bool is_keyed_by_list(const abi::Types& types, const abi::WaitPoint& point, const abi::Subscription& event);

HeardMessage read_message(const abi::Types& types, const abi::Program& program,
                          const std::vector<std::vector<uint32_t>>& fields, rows::Message message);

// Messages that were stored or read a moment ago, by where they are stored; bounded.
class RecentMessages {
 public:
  explicit RecentMessages(uint16_t partitions);
  static bool is_worth_keeping(const HeardMessage& message);  // or it is read by each partition for itself
  std::shared_ptr<const HeardMessage> find(PartitionId source, uint64_t number) const;
  void keep(PartitionId source, uint64_t number, std::shared_ptr<const HeardMessage> message);

 private:
  struct Place {
    uint64_t number = 0;
    std::shared_ptr<const HeardMessage> message;
  };
  size_t places_;  // of each partition
  std::vector<std::vector<Place>> of_;
};

}  // namespace endcap
