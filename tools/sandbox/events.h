// What happens in the estate, told as CloudEvents 1.0 (structured HTTP) to one sink, again and again until it
// acknowledges.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "tools/sandbox/json.h"

namespace endcap::sandbox {

struct OutgoingEvent {
  std::string id, type, source;
  Json data;
  std::string time;
  int copies = 1;           // more than one: duplicates with the same id
  bool after_next = false;  // out of order: waits until the next one is delivered (or two seconds)
};

// What goes wrong with the next events of a type.
struct EventFault {
  std::string type;
  int copies = 1;
  bool out_of_order = false;
  int times = 1;
};

class Events {
 public:
  Events();
  ~Events();
  void set_sink(std::string url, Json headers);  // "http://127.0.0.1:8700/v1/events"; empty: events wait
  void disturb(EventFault fault);
  std::string send(OutgoingEvent event);  // gives the id: "evt-000001" unless it has one
  Json list() const;                      // every event with its state: waiting, delivered, refused

 private:
  struct Item {
    OutgoingEvent event;
    std::string state = "waiting";
    int attempts = 0;
    std::string answer;
  };
  void run();
  size_t pick() const;  // index of the item to deliver now; items_.size() when there is none

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> items_;
  std::deque<EventFault> faults_;
  std::string sink_;
  Json sink_headers_;
  uint64_t next_ = 1;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace endcap::sandbox
