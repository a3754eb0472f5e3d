# cmake -DFOLDER=... -DOUTPUT=... -P embed_explanations.cmake: writes a .cpp that holds every ECnnnn.md of a folder.
file(GLOB files ${FOLDER}/EC*.md)
list(SORT files)
set(entries "")
foreach(file ${files})
  get_filename_component(code ${file} NAME_WE)
  file(READ ${file} text HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${text}")
  string(APPEND arrays "constexpr char k${code}[] = {${bytes}'\\0'};\n")
  string(APPEND entries "    {\"${code}\", {k${code}, sizeof k${code} - 1}},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from compiler/diag/explain by cmake/embed_explanations.cmake.
#include \"compiler/diag/explanations.h\"

#include <map>

namespace endcap {
namespace {
${arrays}}  // namespace

std::string_view explanation_text(std::string_view code) {
  static const std::map<std::string_view, std::string_view> kTexts{
${entries}  };
  const auto found = kTexts.find(code);
  return found == kTexts.end() ? std::string_view() : found->second;
}

}  // namespace endcap
")
