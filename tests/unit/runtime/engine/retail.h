// A small retail program made by hand, and the estate it runs against.
//
//   Launch(id):  reads the promotion and its stores, asks for the price changes, writes one a store (parallel
//   3), waits for the end.
//                `throughout`: PromotionCancelled fails it and takes everything back.
//   Wait(id):    waits until id's launch, which PromotionRescheduled moves, or PromotionCancelled ends.
//   Hear(id):    waits a day for PromotionCancelled.
//   Do(id):      a task for StoreOps within 4 hours.
//   Count(id):   reads the stock of every store beside each other and collects it.
//   Chain(id):   writes A, then B, then C and D beside each other, and takes all of it back.
//   Nest(id):    writes A, then runs Inner, which writes B, then C and D beside each other, and fails once D
//   is
//                written: B, C and D are taken back, and Nest is done. `throughout`: PromotionCancelled takes
//                everything back.
//   Overflow, Circle, Large: machines that fault, never wait, or keep too much.
//   Late(id):    a step of three hours that is due in one; when it is late, a task for StoreOps. Then an
//   hour's wait. Tolerant(id): writes one price a store, then reads its stock; a store whose stock is
//   rejected fails alone and is
//                taken back. More than a third: all of it is.
//   Spread(id):   the same, but each store runs Place, which writes its price, and takes that of S3
//                 back: that store is skipped.
//   Both(id):    two branches: one waits an hour, one notifies.
//   Spend(id):   "P-1/C1/2" writes two prices for campaign C1, each at the cost of P-1. Up to 50, and 100 in
//                all for a campaign, nobody is asked (retail_budgets.cpp).
//   Twice(id):    writes the price of A twice, beside each other, under one grant (retail_twice.cpp).
//   Visit(id):    a task for StoreOps of the id's side within 4 hours; the Director of that side after 2
//                 (retail_visits.cpp).
//   Sweep(id):    "P-1/600/1000/7" sweeps over 600 x 1000 numbers, collects every 7th, and half of these wait
//                 an hour; more than a third that fail are too many (retail_sweeps.cpp).
//
//   Exceptions (retail_raises.cpp):
//   Shortfall(article, store, gap):  a task for StoreOps within 4 hours; Director after 3. Expires with the
//   gap. Repair(id):                      the same, and Do(id) resolves it. Twin(id): fails at once, while a
//   notification is under way. Raise(id), Ask(id):              raise Shortfall, Ask waits a day for its end;
//   "P-1/A/S1/7" says of what. Mend(id), Await(id), Once(id):   raise Repair, Twin and Twin; Once goes on at
//   once. Many(id):                        raises Shortfall 600 times.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/unit/runtime/engine/program_builder.h"
#include "tests/unit/runtime/engine/world.h"

namespace endcap::test {

struct RetailOptions {
  abi::Strategy write = abi::Strategy::Keyed;
  uint32_t parallel = 3;
  bool on_changed = true;    // ask again; otherwise Changed is not handled
  bool on_rejected = true;   // an element whose write is rejected skips
  int64_t sweep_offset = 0;  // Sweep: which of `modulus` places matches
  bool by_line = false;      // Launch: people may refuse single prices, and their stores are skipped
  bool reasons = false;      // Launch: who rejects says thin or later, who approves as much as 20 letters
  bool counter = false;      // Launch: may be countered with a count and a remark, and fails with the count
  bool overdue = false;      // Overdue: a step that was due before it begins
};

inline constexpr int64_t kBudget = 100;  // of a campaign

struct Retail {
  explicit Retail(RetailOptions options = {});
  ProgramBuilder build;
  std::shared_ptr<abi::Program> program() { return build.program(); }

  abi::WaitPoint::Reasons reasons;
  abi::TypeId store, stores, promotion, activate, withdraw, facts, leaf, proposal, done, cancelled,
      rescheduled, task, payload_id, shortfall;
  uint32_t main = 0;

 private:
  void types();
  void systems(const RetailOptions& options);
  void governance();
  void launch(const RetailOptions& options);
  void waits(const RetailOptions& options);
  void fan_outs();
  void chain();
  void nest();
  std::vector<abi::Cell> asking(abi::Context* c, abi::Cell id,
                                std::initializer_list<const char*> names) const;
  void approval(uint32_t machine, const char* path);
  void tolerant();
  void spread();
  void broken();
  void raises();
  void budgets();
  void visits();
  void twice();
  void sweeps(int64_t offset);
  uint32_t policy_row(int64_t cost) const;
};

// The other system: keeps what was written by key, honours keys, and does what it is told to do wrong.
struct Estate {
  explicit Estate(const Retail& retail_program) : retail(retail_program) {}

  const Retail& retail;
  int64_t cost =
      5;  // of every promotion: 5 is permitted, 20 asks finance, 70 finance and the chief, 200 is forbidden
  std::vector<std::string> stores{"S1", "S2", "S3"};
  std::map<std::string, int> effects;  // by key
  std::vector<std::string> written;    // "activate P-1 S1", in order
  std::vector<std::string> reads, asked;
  std::map<std::string, std::vector<CallResult::Kind>>
      script;                     // "activate S1" -> what its attempts get, Ok after that
  bool commits_ambiguous = true;  // an Ambiguous attempt has taken effect
  bool hold_writes = false;       // no answers to writes
  size_t in_flight_most = 0, in_flight = 0;

  std::optional<CallResult> operator()(const CallRequest& request);
  std::string line(const CallRequest& request) const;  // "activate P-1 S1"
  CallResult effect(const CallRequest& request);

 private:
  CallResult pack_promotion(const CallRequest& request);
  CallResult pack_stores(const CallRequest& request);
};

// Finance: fin. Chief: chief. Director (stands in for Finance): dir. Merchandiser, who conflicts with
// Finance: merch; both: greedy. StoreOps: ops in the east, olga in the west, where dir directs; omar nowhere.
std::map<std::string, std::vector<std::string>> retail_people();
PeopleScopes retail_scopes();
// What Sweep looks for, and what comes of it when it has found each of them once.
struct Swept {
  int64_t outer = 0, inner = 0, modulus = 1;
  int64_t fails = 0;  // how many of those that match
  int64_t matching() const;
  int64_t collected(int64_t offset = 0) const;
};
Swept swept_of(const std::string& id);
// "east" or "west", by the last digit of a promotion.
std::string side_of(const std::string& id);

}  // namespace endcap::test
