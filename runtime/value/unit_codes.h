// What systems call units of measure, beside what the author calls them.
#pragma once

#include <string_view>

namespace endcap {

// Whether `code`, as a system writes it, means `unit`: in whatever case, or by another code of UN/ECE
// Recommendation 20 or of SAP ("EA" is "C62").
bool same_unit(std::string_view unit, std::string_view code);

}  // namespace endcap
