// A route and a sync on top of the retail program, and the online shop that they tell.
//
//   test.CountsOnline: StockCounted(id, count) from erp, Shop.count in the shop. Below 0 nothing is to be
//   done, 13
//                      faults, from 1,000 on a policy forbids it.
//   test.StoresOnline: Store of erp, Shop.put in the shop, unless Listing has its region already.
//   StoreChanged(id)
//                      says which; every day at two all of Stores.all. Nothing is to be done for a store in
//                      "none".
#pragma once

#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

struct Online {
  explicit Online(Retail& retail, abi::Strategy strategy = abi::Strategy::Keyed, uint32_t parallel = 3);

  // Whether it is the answer to this request, in the first program's numbers.
  bool is_about(const CallRequest& request) const;
  std::optional<CallResult> operator()(const CallRequest& request);
  // "Shop.count P-1 5", "Store S1", "Listing S1", "Stores.all", and "Ask Shop.count P-1 5".
  std::string line(const CallRequest& request) const;
  void effect(const CallRequest& request);  // as the strategy has it: once a key, or whenever it arrives
  CallResult answered(const CallRequest& request);

  const abi::Program& program;
  std::map<std::string, std::string> stores;   // of the ERP: region by store
  std::map<std::string, std::string> listed;   // of the shop
  std::map<std::string, std::string> effects;  // what took effect first, by key
  std::vector<std::string> counted;            // "P-1 5", in order
  std::vector<std::string> calls;              // lines of all attempts
  std::map<std::string, std::vector<CallResult::Kind>>
      script;  // by line: what its attempts get, Ok after that
  bool commits_ambiguous = true;
  bool holds = false;  // no answers

  uint32_t count_operation = 0, put_operation = 0, list_operation = 0, store_view = 0, listing_view = 0;
  abi::TypeId store = abi::kNoType, listing = abi::kNoType;

 private:
  std::string text_at(const CallRequest& request, abi::TypeId type, size_t field) const;
};

}  // namespace endcap::test
