// The code points that Unicode's property Default_Ignorable_Code_Point holds, as JSON.
const found = [];
for (let point = 0; point <= 0x10ffff; point++) {
  if (/\p{Default_Ignorable_Code_Point}/u.test(String.fromCodePoint(point))) found.push(point);
}
console.log(JSON.stringify(found));
