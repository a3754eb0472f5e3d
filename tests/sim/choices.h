// What chance decides in a simulated life. Each step has decisions of its own, that depend on the seed and
// the number of the step only: a step that is left out changes none of another's.
#pragma once

#include <cstdint>
#include <random>

namespace endcap::test {

class Choices {
 public:
  explicit Choices(uint64_t seed) : seed_(seed) { begin(0); }
  void begin(uint64_t step) { random_.seed(seed_ * 0x9e37'79b9'7f4a'7c15u ^ step * 0xd1b5'4a32'd192'ed03u); }
  uint64_t roll(uint64_t sides) { return random_() % sides; }
  bool one_in(uint64_t sides) { return roll(sides) == 0; }

 private:
  uint64_t seed_;
  std::mt19937_64 random_;
};

}  // namespace endcap::test
