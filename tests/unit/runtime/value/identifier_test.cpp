// GTIN and GLN, against numbers from the GS1 General Specifications and a second way to compute the digit.
#include "runtime/value/identifier.h"

#include <doctest/doctest.h>

#include <random>

using namespace endcap;

TEST_CASE("the examples of GS1 hold") {
  for (const char* gtin : {"9780471117094", "6291041500213", "614141000036", "96385074", "10614141000415"})
    CHECK_FALSE(identifier_problem(Identifier::Gtin, gtin));
  CHECK_FALSE(identifier_problem(Identifier::Gln, "9506000134352"));
}

TEST_CASE("what is wrong is said") {
  CHECK(identifier_problem(Identifier::Gtin, "6291041500214") == "has check digit 4, and 3 is right");
  CHECK(identifier_problem(Identifier::Gtin, "62910415002") == "has 11 digits, not 8, 12, 13 or 14");
  CHECK(identifier_problem(Identifier::Gtin, "") == "has 0 digits, not 8, 12, 13 or 14");
  CHECK(identifier_problem(Identifier::Gtin, "629104150021A") == "has other characters than digits");
  CHECK(identifier_problem(Identifier::Gln, "95011010") == "has 8 digits, not 13");
  CHECK_FALSE(identifier_problem(Identifier::None, "anything"));
}

TEST_CASE("one wrong digit is always noticed, and exactly one last digit is right") {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (int i = 0; i < 13; ++i) text += static_cast<char>('0' + random() % 10);
    int right = 0;
    std::string good;
    for (char digit = '0'; digit <= '9'; ++digit) {
      text.back() = digit;
      if (identifier_problem(Identifier::Gln, text)) continue;
      ++right;
      good = text;
    }
    REQUIRE(right == 1);
    const size_t at = random() % 13;
    std::string changed = good;
    changed[at] = static_cast<char>('0' + (good[at] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
    CHECK(identifier_problem(Identifier::Gln, changed));
  }
}
