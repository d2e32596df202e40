# Writes GENERATED, a C++ source that holds the bytes of SOURCE. A list of characters rather than a string literal:
# it takes any byte and any length.
get_filename_component(name ${SOURCE} NAME)
string(REGEX REPLACE "[^A-Za-z0-9]" ";" words ${name})
set(constant "k")
foreach(word ${words})
  string(SUBSTRING ${word} 0 1 first)
  string(SUBSTRING ${word} 1 -1 rest)
  string(TOUPPER ${first} first)
  string(APPEND constant ${first}${rest})
endforeach()

file(READ ${SOURCE} bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${GENERATED} "#include <string_view>

namespace ${NAMESPACE} {

static constexpr char kBytes[] = {${bytes}};
extern const std::string_view ${constant};
constinit const std::string_view ${constant}(kBytes, sizeof kBytes);

}  // namespace ${NAMESPACE}
")
