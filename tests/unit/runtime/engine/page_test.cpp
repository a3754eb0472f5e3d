// Pages of lists over all partitions: complete and in order, however little each looks at.
#include "runtime/engine/page.h"

#include <fmt/format.h>

#include <random>
#include <set>

#include "tests/unit/runtime/engine/shop.h"

using namespace endcap;
using namespace endcap::test;

namespace {

struct Listed {
  std::vector<uint64_t> numbers;
  size_t pages = 0, most_looked_at = 0, most_shown = 0;
};

// All pages of those that are `wanted`; a number is of the partition that its remainder says.
Listed list_all(uint64_t count, size_t partitions, size_t limit, const std::set<uint64_t>& wanted) {
  Listed listed;
  for (std::optional<uint64_t> after = 0; after;) {
    Page<uint64_t> page(limit, partitions);
    size_t looked_at = 0;
    for (size_t partition = 0; partition < partitions; ++partition) {
      page.begin_partition();
      for (uint64_t number = *after + 1; number <= count; ++number) {
        if (number % partitions != partition) continue;
        ++looked_at;
        if (wanted.contains(number)) page.take(number, number);
        if (!page.goes_on(number)) break;
      }
    }
    after = page.end();
    for (const auto& [number, row] : page.rows()) listed.numbers.push_back(number);
    ++listed.pages;
    listed.most_looked_at = std::max(listed.most_looked_at, looked_at);
    listed.most_shown = std::max(listed.most_shown, page.rows().size());
  }
  return listed;
}

}  // namespace

TEST_CASE("pages show everything once and in order, and look at no more than so many rows each") {
  std::mt19937 dice(7);
  for (const size_t partitions : {1, 3, 4}) {
    for (const uint64_t one_in : {1, 50, 20'000}) {
      std::set<uint64_t> wanted;
      for (uint64_t number = 1; number <= 30'000; ++number) {
        if (dice() % one_in == 0) wanted.insert(number);
      }
      const Listed listed = list_all(30'000, partitions, 100, wanted);
      CHECK(listed.numbers == std::vector<uint64_t>(wanted.begin(), wanted.end()));
      CHECK(listed.most_looked_at <= Page<uint64_t>::kLookedAt);
      CHECK(listed.most_shown <= 100);
    }
  }
}

TEST_CASE("a page of what nobody is says where to go on, and the last says that there is no more") {
  const Listed none = list_all(3 * Page<uint64_t>::kLookedAt, 4, 100, {});
  CHECK(none.numbers.empty());
  CHECK(none.pages >= 3);
  CHECK(none.pages <= 4);
  CHECK(list_all(0, 4, 100, {}).pages == 1);
}

TEST_CASE("a partition that has much more than the others does not hide what they have") {
  Page<uint64_t> page(2, 2);
  page.begin_partition();
  for (uint64_t number : {2, 4, 6}) {
    page.take(number, number);
    CHECK(page.goes_on(number) == (number < 6));
  }
  page.begin_partition();
  for (uint64_t number : {3, 99}) {
    page.take(number, number);
    CHECK(page.goes_on(number));
  }
  CHECK(page.end() == 3);
  REQUIRE(page.rows().size() == 2);
  CHECK(page.rows()[0].first == 2);
  CHECK(page.rows()[1].first == 3);
}

TEST_CASE("a filter that fits few of very many instances takes several pages, none of which is long") {
  Shop shop;
  const size_t many = Page<uint64_t>::kLookedAt + 100;
  for (size_t i = 0; i < many; ++i) REQUIRE(shop.world.start("Wait", fmt::format("P-{}", i)).contains("id"));
  const auto all = [&](Json filter) {
    std::pair<size_t, size_t> found_and_pages;
    filter["after"] = 0;
    for (Json page; !filter["after"].is_null(); filter["after"] = page["next"]) {
      page = shop.world.list(filter);
      found_and_pages.first += page["instances"].size();
      ++found_and_pages.second;
    }
    return found_and_pages;
  };
  CHECK(all({{"status", "suspended"}}) == std::pair<size_t, size_t>(0, 2));
  const auto one = all({{"key", fmt::format("P-{}", many - 1)}, {"limit", 1}});
  CHECK(one.first == 1);
  CHECK(one.second == 2);
}
