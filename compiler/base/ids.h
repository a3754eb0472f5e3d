// Typed indices into value stores: an index of one kind can't be used as another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace endcap {

template <typename Tag>
struct Id {
  uint32_t index = 0xffffffff;
  constexpr Id() = default;
  constexpr explicit Id(size_t i) : index(static_cast<uint32_t>(i)) {}
  constexpr bool valid() const { return index != 0xffffffff; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace endcap

template <typename Tag>
struct std::hash<endcap::Id<Tag>> {
  size_t operator()(endcap::Id<Tag> id) const noexcept { return std::hash<uint32_t>{}(id.index); }
};
