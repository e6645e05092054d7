/*
 * The emoji people write with, from Unicode 15.0 and before: what every system in use can draw. No names: a screen reader
 * knows them in the guest's language. No flags, and no skin tones beyond the neutral one (docs/decisions/0051).
 */
const groups = {
  smileys:
    '😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 🫠 😉 😊 😇 🥰 😍 🤩 😘 😗 ☺️ 😚 😙 🥲 😋 😛 😜 🤪 😝 🤑 🤗 🤭 🫢 🫣 🤫 🤔 🫡 🤐 🤨 😐 😑 😶 😏 😒 🙄 😬 🤥 😌 😔 😪 🤤 😴 😷 🤒 🤕 🤢 🤮 🤧 🥵 🥶 🥴 😵 🤯 🤠 🥳 😎 🤓 🧐 😕 😟 🙁 ☹️ 😮 😯 😲 😳 🥺 🥹 😦 😧 😨 😰 😥 😢 😭 😱 😖 😣 😞 😓 😩 😫 🥱 😤 😡 😠 🤬 😈 💀 💩 🤡 👻 👽 🤖',
  gestures:
    '👍 👎 👌 🤌 🤏 ✌️ 🤞 🫰 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👋 🤚 🖐️ ✋ 🖖 🫱 🫲 👏 🙌 🫶 👐 🤲 🤝 🙏 ✍️ 💪 👀 🧠 🙋 🤷 🤦 🙆 🙅 🧑‍💻 👪 ❤️ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💔 ❣️ 💕 💞 💓 💗 💖 💘 💝 💯 💥 💫 💦 💬 💤',
  nature:
    '🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🙈 🙉 🙊 🐔 🐧 🐦 🐤 🦆 🦉 🐺 🐴 🦄 🐝 🦋 🐌 🐞 🐢 🐍 🐙 🦀 🐟 🐬 🐳 🦈 🐘 🐾 🌵 🎄 🌲 🌳 🌴 🌱 🌿 🍀 🍁 🍂 💐 🌷 🌹 🌺 🌸 🌼 🌻 🌍 🌙 ⭐ 🌟 ✨ ⚡ 🔥 🌈 ☀️ ⛅ ☁️ 🌧️ ⛈️ ❄️ ☃️ 🌊',
  food: '🍏 🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🫐 🍒 🍑 🥭 🍍 🥥 🥝 🍅 🥑 🍆 🥔 🥕 🌽 🌶️ 🥒 🥬 🥦 🧄 🧅 🍄 🥜 🍞 🥐 🥖 🥨 🧀 🥚 🍳 🥞 🥓 🍔 🍟 🍕 🌭 🥪 🌮 🌯 🥗 🍝 🍜 🍲 🍣 🍱 🍚 🍦 🍩 🍪 🎂 🍰 🧁 🍫 🍬 🍯 ☕ 🍵 🥤 🍺 🥂 🍷 🍹',
  activities:
    '🚗 🚕 🚙 🚌 🚑 🚒 🚚 🚲 🛵 🏍️ 🚆 🚇 🚊 ✈️ 🚀 🚁 ⛵ 🛶 🚤 🚢 ⚓ 🗺️ 🏔️ 🏕️ 🏖️ 🏠 🏢 🏥 🏦 🏨 🏫 🏰 ⛪ 🌉 🎡 ⚽ 🏀 🏈 ⚾ 🎾 🏐 🎱 🏓 🏸 🥊 🎿 🏊 🚴 🧘 🏆 🥇 🥈 🥉 🎉 🎊 🎈 🎁 🎟️ 🎨 🎬 🎤 🎧 🎸 🎹 🎮 🎲 🧩',
  objects:
    '📱 💻 ⌨️ 🖨️ 📷 🎥 📞 📺 ⏰ ⌛ 🔋 🔌 💡 🔦 💶 💵 💷 💳 🧾 ✉️ 📧 📦 📫 📝 📄 📅 📈 📉 📌 📍 📎 ✂️ 🔒 🔓 🔑 🔨 🔧 🛠️ ⚙️ 🧰 🧲 🩺 💊 🧪 🛒 👕 👖 👟 👓 💍 🎒 🧳 ☂️ 🚪 🛏️ 🛁 🧹 📖 📚 🔗 🔍 🔔 ✅ ❌ ❗ ❓ ⚠️ 🚫 ⛔ ♻️ ➕ ➖ ➡️ ⬅️ ⬆️ ⬇️ 🔄 🆗 🆕 ℹ️ ©️ ®️ ™️',
}

export const emojiGroups = Object.entries(groups).map(([name, emojis]) => ({
  name: name as keyof typeof groups,
  emojis: emojis.split(' '),
}))
