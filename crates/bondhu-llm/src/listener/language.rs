//! Which language a message is written in: by script first, then by small lists of romanised words.

/// The languages the listener and the safety wording speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, and everything that is not recognised as one of the others.
    English,
    /// Hindi in Devanagari.
    Hindi,
    /// Bengali in Bengali script.
    Bengali,
    /// Hindi in Latin letters.
    RomanHindi,
    /// Bengali in Latin letters.
    RomanBengali,
}

/// Words that give romanised Hindi away and are not common English or romanised Bengali words.
const HINDI_WORDS: &str = "hai hain hu hoon hun hoga hogi tha thi mai mein mujhe mujhko mera meri mere tum tumhe \
    tumhara tera teri tu aap aapka aapko apna apni apne kya kyu kyun kyon kaise kaisa kaisi kahan kab kaun nahi nahin nhi \
    aur lekin magar bahut bohot bohut thoda accha acha achha theek thik yaar bhai dost raha rahi rahe rha rhi gaya \
    gayi gaye kar karo karta karti karna karun diya dena lena wala wali hua hui abhi kal aaj raat zindagi jindagi \
    dil mann ghar kuch kuchh koi sab sabko se ko ka ki ke pe woh wo uska uski usne isne namaste namaskar shukriya \
    dhanyavad alvida khush udaas udas dukh akela akeli thak neend chahta chahti chahiye lagta lagti lag sirf phir bolo \
    baat batao suno samajh maa papa jaan pyar pyaar gussa naraz dar pata jaa jana kaam naukri padhai";

/// Words that give romanised Bengali away.
const BENGALI_WORDS: &str = "ami amar amake amay amader tumi tomar tomake tui tor toke apni apnar se tar keu keo ki keno \
    kemon kothay kobe ache achhe achi acho nai nei noy hobe hoyeche hoise hocche hochche hoy chai chay cheye korbo korchi \
    korche korsi kori kore korte korlam korbe bolo bolte bolche bolbo bhalo valo kharap mon mone onek khub ektu ekta ar \
    kintu ebong jonno sathe shathe theke diye niye aj aaj kal ekhon rate raat jete jabo jacchi jachchi jai gelo gelam \
    eshe ashe lagche lagtese lage pacche pachchi parchi parbo pari parina jani janina janie thako thakbo thakbe shob sob \
    shobai sobai shesh sesh ghum kanna eka dhonnobad biday bon baba amma boro choto kaj chakri poriksha porikkha \
    iccha ichha icche bachte morte voy bhoy kosto koshto shanti hasi jibon ei oi eta ota kichu kichui na ta ke";

/// The language of a message. Mixed messages go to the language with the most signs; none means English.
pub fn language_of(text: &str) -> Language {
    let devanagari = text.chars().filter(|c| ('\u{0900}'..='\u{097F}').contains(c)).count();
    let bengali = text.chars().filter(|c| ('\u{0980}'..='\u{09FF}').contains(c)).count();
    let latin = text.chars().filter(char::is_ascii_alphabetic).count();
    if bengali > devanagari && bengali * 2 >= latin {
        return Language::Bengali;
    }
    if devanagari > 0 && devanagari * 2 >= latin {
        return Language::Hindi;
    }
    romanised(text)
}

fn romanised(text: &str) -> Language {
    let lowered = text.to_lowercase();
    let words: Vec<&str> = lowered.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).collect();
    let count = |list: &str| words.iter().filter(|w| list.split_whitespace().any(|entry| entry == **w)).count();
    let (hindi, bengali) = (count(HINDI_WORDS), count(BENGALI_WORDS));
    let enough = words.len().div_ceil(4).max(1);
    if hindi.max(bengali) < enough {
        Language::English
    } else if bengali > hindi {
        Language::RomanBengali
    } else {
        Language::RomanHindi
    }
}
