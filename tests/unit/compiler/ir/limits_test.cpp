// What a frame has no room for is told where it would have to fit, and is never lowered to something that
// runs.
#include <fmt/format.h>

#include "tests/unit/compiler/ir/text_flow.h"

namespace endcap::ir::testing {

namespace {

const char* const kModule = "module retail.trial\nuse retail.estate\nuse calendar au.trading\n";
const char* const kWait =
    "step launch { wait until promo.launch at 06:00 zone \"Australia/Sydney\" if late continue }\n";

// So many names, all of them needed behind the wait or in each of so many branches.
std::string lets(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += fmt::format("let v{} = promo.price + AUD {}.00\n", i, i);
  return text;
}
std::string all(size_t count) {
  std::string text = "[v0";
  for (size_t i = 1; i < count; ++i) text += fmt::format(", v{}", i);
  return text + "]";
}
std::string workflow(const std::string& body) {
  return kModule + ("workflow Flow(promo: Promotion) key promo.id version 1 {\n" + body + "\n}\n");
}

}  // namespace

TEST_CASE("a wait keeps as many values as a frame holds, and no more") {
  const auto waits = [](size_t count) {
    return workflow(lets(count) + kWait + "finish Done(n: count of " + all(count) + ")");
  };
  CHECK(limits(waits(abi::kSlotsMax)) == "");
  const std::string found = limits(waits(abi::kSlotsMax + 1));
  INFO(found);
  CHECK(found.find("EC0686") != found.npos);
  CHECK(found.find("4097 values are kept over this wait, and 4096 is the limit") != found.npos);
}

TEST_CASE("so it is with what is handed over to branches") {
  const auto branches = [](size_t count) {
    std::string text = lets(64) + "together {\n";
    for (size_t i = 0; i < count; ++i)
      text += fmt::format("branch b{} {{ when count of {} > 1 {{ finish Done() }} }}\n", i, all(64));
    return workflow(text + "}\nfinish Done()");
  };
  CHECK(limits(branches(64)) == "");
  const std::string found = limits(branches(65));
  INFO(found);
  CHECK(found.find("4160 values are handed over here, and 4096 is the limit") != found.npos);
}

}  // namespace endcap::ir::testing
