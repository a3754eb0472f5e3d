// What clients and partners want in a simulated life, and ask for again until it is answered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/choices.h"
#include "tests/sim/estate_life.h"
#include "tests/sim/trace.h"

namespace endcap::test {

struct Wish {
  enum class What { Start, Cancel, Reschedule, PartnerBegins, PartnerCancels } what = What::Start;
  std::string workflow, id, request;
  std::optional<Json> reply = {};
  bool sent = false;
};

class Wishes {
 public:
  Wishes(World& world, EstateLife& estate, Choices& choices, const Trace& trace)
      : world_(world), estate_(estate), choices_(choices), trace_(trace) {}

  void make(uint64_t number);  // one to start something, and what may come of it
  void send_any();             // now and then something is sent twice
  void send_unanswered();
  void process_ended();  // what was sent may be lost
  bool all_answered() const;
  const std::vector<Wish>& all() const { return wishes_; }
  std::string any_id();

 private:
  void send(size_t place);
  void answered(size_t place, std::expected<std::string, Refusal> result);

  World& world_;
  EstateLife& estate_;
  Choices& choices_;
  const Trace& trace_;
  std::vector<Wish> wishes_;
};

}  // namespace endcap::test
